// The bar of a preview: as whom one looks, what was built, what is wrong. Not part of any published site.
const look = new CSSStyleSheet()
look.replaceSync(`
  :host { position: fixed; inset: auto 0 0; z-index: 9999; font: 14px/1.4 system-ui, sans-serif; color: #fff; background: #1f2430;
    box-shadow: 0 -2px 12px #0006; }
  div { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; padding: .5rem .9rem; }
  button, a { font: inherit; color: inherit; background: none; border: 1px solid #fff6; border-radius: 1rem; padding: .15rem .7rem;
    cursor: pointer; text-decoration: none; }
  button[aria-pressed=true] { background: #fff; color: #1f2430; }
  a { border-color: transparent; text-decoration: underline; padding-inline: .2rem; }
  :focus-visible { outline: 2px solid #ffd166; outline-offset: 2px; }
  ul { margin: 0; padding: .4rem .9rem .6rem 2rem; background: #5c1620; max-height: 30vh; overflow: auto; }
  [hidden] { display: none; }
  output { margin-inline-start: auto; color: #c9cfdb; }
`)
const host = document.body.appendChild(document.createElement("leadlight-preview"))
const root = host.attachShadow({ mode: "open" })
root.adoptedStyleSheets = [look]
root.innerHTML = `<ul hidden></ul><div role="toolbar" aria-label="Preview"><span>Look as</span><span></span>
  <a class="confirm">Confirm page</a><a href="/_preview/mails">Mails</a><output role="status"></output></div>`
const find = (selector) => root.querySelector(selector)
let version

const here = () => location.pathname.replace(/^\//, "").replace(/_full$/, "")

const be = async (who) => {
  await fetch("/_preview/as", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ who }) })
  location.reload()
}

const show = ({ people, who, building, problems, gated }) => {
  const buttons = people.map((name) => {
    const button = Object.assign(document.createElement("button"), { textContent: name, ariaPressed: name === who })
    button.onclick = () => be(name)
    return button
  })
  find("span + span").replaceChildren(...buttons.flatMap((button) => [button, " "]))
  find(".confirm").hidden = !gated
  find(".confirm").href = "/_preview/confirm?page=" + encodeURIComponent(here())
  find("ul").hidden = !problems.length
  find("ul").replaceChildren(...problems.map((text) => Object.assign(document.createElement("li"), { textContent: text })))
  find("output").textContent = building ? "Building …" : problems.length ? "Not built: see above" : "Up to date"
  document.body.style.paddingBottom = host.offsetHeight + "px"
}

const ask = async () => {
  try {
    const state = await (await fetch("/_preview/state?page=" + encodeURIComponent(here()))).json()
    if (version !== undefined && version !== state.version) location.reload()
    version = state.version
    show(state)
  } catch {
    find("output").textContent = "The preview has ended"
  }
  setTimeout(ask, 600)
}
ask()
