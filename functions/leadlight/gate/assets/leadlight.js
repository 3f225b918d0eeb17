// The gate's front end. Without it every form here is a plain post; with it the page answers and opens in place.
// The readable cookie is only a hint that a pass exists: what opens the page is the pass, and only the server knows it.
const hinted = () => /(^|; )(__Host-)?leadlight_open=/.test(document.cookie)
const halves = new Map() // content address → what was withheld, so that coming back within the site costs no request
const find = (selector, root = document) => root.querySelector(selector)
const all = (selector, root = document) => [...root.querySelectorAll(selector)]
const fragment = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content

// Where this visit came from, for as long as the tab is open: no cookie, and nothing that is not in the two addresses.
const landed = new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("utm_")))
if (document.referrer && !document.referrer.startsWith(location.origin)) landed.set("referrer", new URL(document.referrer).host)
try {
  sessionStorage.leadlight_landing ??= landed
  if (`${landed}`) sessionStorage.leadlight_landing_last = landed
} catch {} // a browser that keeps nothing: then it is not known
const kept = (name) => { try { return sessionStorage[`leadlight_${name}`] ?? "" } catch { return "" } }
const keep = (name, value) => { try { sessionStorage[`leadlight_${name}`] = value } catch {} }

// --- forms

const say = (form, text = "") => { find(".leadlight-status", form).textContent = text }

const values = (form) => {
  const data = {}
  for (const [name, value] of new FormData(form)) if (value) data[name] = name in data ? [data[name], value].flat() : value
  for (const box of all("[value=true]:enabled", form)) data[box.name] = box.checked
  if (form.dataset.leadlight === "access") for (const name of ["landing", "landing_last"]) data[name] = kept(name)
  for (const field of all("[data-when]", form)) if (!field.required) delete data[field.name]
  if (data.call_at) data.call = new Date(data.call_at).toISOString()
  delete data.call_at
  return data
}

// A call needs a number and perhaps a time; without a call they are neither asked for nor sent.
const adapt = (form) => {
  const call = find("[name=call]:checked", form)?.value
  for (const field of all("[data-when]", form)) field.required = field.dataset.when.split(" ").includes(call)
}

const mark = (form, name, text = "") => {
  const note = find(`[data-error="${name}"]`, form)
  if (!note) return false
  note.textContent = text
  const field = find(`[name="${name}"]:not([type=radio])`, form)
  text ? field?.setAttribute("aria-invalid", true) : field?.removeAttribute("aria-invalid")
  return true
}

const complain = (form, { detail = "", fields = {} }) => {
  const elsewhere = Object.entries(fields).filter(([name, text]) => !mark(form, name, text) && !mark(form, name + "_at", text))
  const words = elsewhere.map(([, text]) => text)
  say(form, (Object.keys(fields).length ? words : [detail]).join(" "))
  find("[aria-invalid]", form)?.focus()
}

// The browser speaks its own language, which need not be the page's: the page has words for what people get wrong.
const wrong = (form, field) => field.validity.valueMissing && field.type !== "checkbox" && form.dataset.empty || field.dataset.wrong || field.validationMessage

// As a browser without a script sends it. The promise is never kept: another page comes.
const plainly = (_, form) => new Promise(() => {
  form.ariaBusy = null
  form.submit()
})

const submit = async (form, seen = form) => {
  for (const note of all("[data-error]", seen)) mark(seen, note.dataset.error)
  say(seen)
  const bad = all(":invalid:not(fieldset)", form)
  if (bad.length) return complain(form, { fields: Object.fromEntries(bad.map((el) => [el.name, wrong(form, el)])) })
  if (form.ariaBusy) return
  form.ariaBusy = true
  try {
    // Where the request looks like a program's, the answer is a puzzle, and the solution goes along with the next one.
    for (let proof, tries = 2; ; tries--) {
      const response = await fetch(form.getAttribute("action"), {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ ...values(form), proof }),
      })
      const body = await response.json()
      if (response.ok) return body
      if (!body.challenge || !tries) return complain(seen, body)
      say(seen, form.dataset.proving)
      const { prove } = await import("./leadlight-proof.js").catch(() => ({ prove: plainly }))
      proof = await prove(body.challenge, form)
    }
  } catch {
    say(seen, seen.dataset.failed)
  } finally {
    form.ariaBusy = null
  }
}

// --- what happens on each form

// Phones let go of a page while its mail is read: what is kept is that this one waits, and the server knows whether.
const waitKey = (section) => `waits_${gateOf(section)}`

const show = (section, waiting, again) => {
  const [form, mail] = all(".leadlight-card", section), email = find("[name=email]", form)
  form.hidden = waiting
  mail.hidden = !waiting
  keep(waitKey(section), waiting ? 1 : "")
  if (email.value) find("[data-leadlight-address]", mail).textContent = email.value
  again || (waiting ? find("h2", mail) : email).focus()
}

// Whom the pass is of is asked for what is not known yet; somebody else at the same browser gets the whole form back.
const shorten = (form, { address, fields = [], button, waits, ...asked }) => {
  const known = address != null
  form.dataset.known = known ? "true" : ""
  const show = (el, yes) => {
    el.hidden = !yes
    for (const field of all("input, select, textarea", el)) field.disabled = !yes
  }
  for (const el of all(".leadlight-if-known", form)) show(el, known)
  for (const el of all("[data-field]", form)) show(el, !known || fields.includes(el.dataset.field))
  for (const el of all("[data-asked]", form)) {
    const some = el.dataset.asked.split(" ").some((name) => asked[name])
    show(el, el.matches(".leadlight-if-known") ? known && some : !known || some)
  }
  const send = find("button:not([type])", form)
  send.dataset.words ??= send.textContent
  send.textContent = known ? button : send.dataset.words
  send.hidden = !!waits
  find("[data-leadlight-shown]", form).textContent = address ?? ""
  say(form, waits ? form.dataset.waits : "")
}

const on = {
  access: async (form, section) => {
    const answer = await submit(form)
    if (answer?.status === "open") await enter(section, form)
    else if (answer && form.dataset.known) shorten(form, { address: find("[data-leadlight-shown]", form).textContent, waits: true })
    else if (answer) show(section, true)
  },
  code: async (form, section) => {
    const answer = await submit(form)
    if (answer?.status === "open") await enter(section, form)
    else if (answer) say(form, form.dataset.later)
    else find("[name=code]", form).select()
  },
  say: async (form) => {
    if (!await submit(form)) return
    form.reset()
    say(form, form.dataset.done)
  },
}

const enhance = (form) => {
  const section = form.closest(".leadlight")
  form.noValidate = true
  form.onsubmit = (event) => {
    event.preventDefault()
    on[form.dataset.leadlight](form, section)
  }
  form.onchange = () => adapt(form)
  adapt(form)
  if (form.dataset.leadlight === "access" && !navigator.cookieEnabled) say(form, section.dataset.blocked)
  // An address without a dot is one to browsers; whoever hears of it only from us has another field to mend by then.
  for (const field of all("[type=email]", form)) field.pattern = ".+@.+[.].+"
  // Where mails may follow, the reader's clock says when they are welcome.
  for (const field of all("[data-zone]", form)) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone
  const first = new URLSearchParams(kept("landing") || location.search)
  for (const field of all("[data-landing]", form)) field.value = first.get(field.name) ?? field.value
  const other = find("[data-leadlight-other]", form)
  if (other) other.onclick = () => {
    shorten(form, {})
    find("[name=email]", form).focus()
  }
  const ticket = find("[data-ticket]", form) // tells the server how long somebody had the form at hand
  if (ticket) form.addEventListener("focusin", async () => {
    ticket.value = (await asked(section).catch(() => ({}))).ticket ?? ""
  }, { once: true })
  if (form.dataset.leadlight !== "code") return
  const access = find("form", section)
  find("[name=code]", form).oninput = ({ target }) => {
    target.value = target.value.replace(/\D/g, "")
    if (target.value.length === 6) form.requestSubmit()
  }
  find("[data-leadlight-correct]", section).onclick = () => show(section, false)
  find("[data-leadlight-again]", section).onclick = async () => {
    const sent = find("[name=email]", access).value ? access : find("[data-fresh]", section)
    if (await submit(sent, form)) say(form, form.dataset.again)
  }
}

// --- opening the page

// `form` is the one that was just sent, if any: only then is there something to explain when the pass is missing.
// `free`: where a free read is to be had; the form stays then.
const enter = async (section, form, asked = form, free) => {
  const address = free ?? section.dataset.content
  try {
    const response = halves.has(address) || await fetch(address, { headers: { Accept: "application/json" } })
    if (response.ok) halves.set(address, await response.json())
    else if (response.status && response.status !== 401) throw response
    if (!section.isConnected) return
    if (halves.has(address)) {
      if (free && asked) count(gateOf(section), "free")
      open(section, halves.get(address), asked, free)
    } else if (free) section.classList.add("leadlight--used")
    else if (form) say(form, section.dataset.blocked)
    else if (!asked) await recognise(section)
  } catch {
    if (form) say(form, form.dataset.failed)
  } finally {
    section.classList.remove("leadlight--known")
  }
}

// What the form asks whoever this is, and a ticket that says when it was handed out.
const asked = async ({ dataset }) => {
  const response = await fetch(dataset.form, { headers: { Accept: "application/json" } })
  return response.ok ? response.json() : {}
}

const recognise = async (section) => {
  if (new URLSearchParams(location.search).has("not-me")) return
  const shown = await asked(section)
  if (shown.address != null) shorten(find("form", section), shown)
  if (shown.mailed) show(section, true, true)
  else keep(waitKey(section), "")
  const link = find("[data-free]", section), { free } = shown
  if (!link || !free) return
  link.textContent = free.words
  if (free.read) return enter(section, undefined, undefined, link.dataset.free)
  section.classList.toggle("leadlight--used", !free.left)
}

// Material decorates whatever it finds each time it mounts: take its additions out of the open part first.
const undress = () => {
  for (const el of all(".md-code__nav, .tabbed-control")) el.remove()
  for (const el of all(".tabbed-labels > label > a[tabindex='-1']")) el.replaceWith(...el.childNodes)
  for (const el of all(".md-typeset__scrollwrap")) el.replaceWith(find("table", el))
}

// Going to the address again would make instant navigation load the page anew; so allow for its header by hand.
const reveal = (target) => {
  target.style.scrollMarginTop = "3.6rem"
  target.scrollIntoView()
  target.style.scrollMarginTop = ""
}

const open = (section, { html, toc }, asked, free) => {
  if (section.matches(".leadlight--below")) return location.reload()
  const rest = section.nextElementSibling, half = fragment(html)
  const ours = find(".footnote ol", half), theirs = find(".footnote ol", section.parentNode)
  if (ours && theirs) {
    ours.append(...[...ours.children, ...theirs.children].sort((a, b) => a.value - b.value))
    theirs.closest(".footnote").remove()
  } else if (theirs) find(".leadlight-after", half)?.before(theirs.closest(".footnote"))
  for (const old of all("script", half)) { // what is parsed as a fragment does not run
    const script = document.createElement("script")
    for (const { name, value } of old.attributes) script.setAttribute(name, value)
    script.async = false
    script.text = old.text
    old.replaceWith(script)
  }
  undress()
  rest.replaceChildren(half)
  if (asked) {
    const note = Object.assign(document.createElement("p"), { className: "leadlight-opened", tabIndex: -1, textContent: section.dataset.opened })
    note.role = "status"
    rest.prepend(note)
  }
  section.remove()
  if (free) {
    section.classList.add("leadlight--below")
    section.dataset.tried = ""
    rest.after(section)
  }
  const nav = toc && find(".md-nav--secondary", fragment(toc))
  if (nav) for (const old of all(".md-nav--secondary")) old.replaceWith(nav.cloneNode(true))
  window.document$ ? document$.next(document) : run()
  find(".leadlight-opened", rest)?.focus()
  const target = document.getElementById(decodeURIComponent(section.dataset.anchor.slice(1)))
  if (rest.contains(target)) reveal(target)
}

// --- counting strangers

// Three whole numbers and nothing about anybody: once for each page and session, neither for who has a pass nor for who
// asks not to be counted (Global Privacy Control, Do Not Track). Nothing waits for it.
const gateOf = (section) => find("[name=gate]", section)?.value

const uncounted = () => hinted() || navigator.globalPrivacyControl || navigator.doNotTrack === "1"

const count = (gate, what) => {
  try {
    const name = `leadlight-${what}-${gate}`
    if (uncounted() || sessionStorage.getItem(name)) return
    sessionStorage.setItem(name, "1")
    navigator.sendBeacon("/api/seen", JSON.stringify({ gate, what }))
  } catch {} // no storage, no beacons: not counted
}

// The open part ends where the section begins; whoever sees the form's first field has come past that end.
const watch = (section) => {
  const gate = gateOf(section), field = find("[name=email]", section)
  if (section.dataset.watched || !gate || uncounted() || !window.IntersectionObserver) return
  section.dataset.watched = ""
  const observer = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      observer.unobserve(target)
      count(gate, "teaser")
      if (target === field) count(gate, "form")
    }
  })
  for (const part of [section, field]) if (part) observer.observe(part)
}

// --- when to look

const run = () => {
  all("form[data-leadlight]:not([novalidate])").forEach(enhance)
  const section = find(".leadlight:not([data-tried])")
  if (!section) return
  watch(section)
  const link = find("[data-free]", section)
  if (link) link.onclick = (event) => {
    event.preventDefault()
    enter(section, undefined, true, link.dataset.free)
  }
  section.dataset.anchor ??= location.hash // Material changes it while the reader scrolls
  if (!hinted()) {
    if (kept(waitKey(section)) && find(".leadlight-mail", section).hidden) return recognise(section)
    if (!link || !/leadlight_metered=/.test(document.cookie)) return
  }
  section.dataset.tried = ""
  if (!hinted()) return recognise(section)
  section.classList.add("leadlight--known")
  enter(section)
}

// The person confirmed by the link, in another tab of this browser, and came back to this one.
const look = () => {
  const section = find(".leadlight")
  if (section && hinted() && !document.hidden && !find(".leadlight-mail", section).hidden) enter(section, undefined, true)
  else run()
}
addEventListener("focus", look)
addEventListener("visibilitychange", look)
window.document$ ? document$.subscribe(run) : run()
