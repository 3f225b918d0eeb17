// Chapters of a recording. Without this they are links into the file; with it they are places to go to in the player.
const player = (el) => el.closest?.(".leadlight-player")

document.addEventListener("click", (event) => {
  const chapter = event.target.closest?.(".leadlight-player [data-at]")
  if (!chapter || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  event.stopPropagation()
  const audio = player(chapter).querySelector("audio")
  audio.currentTime = chapter.dataset.at
  audio.play()
}, true)

// Where one is. Media events do not bubble, but can be heard on their way down.
document.addEventListener("timeupdate", ({ target }) => {
  const chapters = [...player(target)?.querySelectorAll("[data-at]") ?? []]
  const here = chapters.findLast((chapter) => chapter.dataset.at <= target.currentTime + .2)
  for (const chapter of chapters) chapter === here ? chapter.setAttribute("aria-current", "true") : chapter.removeAttribute("aria-current")
}, true)
