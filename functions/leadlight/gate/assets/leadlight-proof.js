// A small puzzle for a browser whose request looks like a program's: ALTCHA v2, PBKDF2 by WebCrypto (altcha.org).
// Loaded only when one is set; then once more as a worker, so that the page stays quick. Closing the page ends it.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("")

// The number that the server hid: tried from 0 upwards, since nothing tells which it is but the key that it leads to.
const solve = async ({ nonce, salt, cost, keyLength, keyPrefix }) => {
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost }
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]), tail = new DataView(password.buffer, password.length - 4)
  for (let counter = 0; ; counter++) {
    tail.setUint32(0, counter)
    const from = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"])
    const derivedKey = hex(await crypto.subtle.deriveBits(rule, from, keyLength * 8))
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey }
  }
}

// What `form` sends beside its fields. A browser that cannot do it sends the form plainly, as one without a script does.
export const prove = (challenge, form) => new Promise((resolve) => {
  const plainly = () => {
    form.ariaBusy = null
    form.submit()
  }
  try {
    const worker = new Worker(import.meta.url, { type: "module" })
    worker.onerror = plainly
    worker.onmessage = ({ data: solution }) => {
      worker.terminate()
      solution ? resolve(btoa(JSON.stringify({ challenge, solution }))) : plainly()
    }
    worker.postMessage(challenge.parameters)
  } catch {
    plainly()
  }
})

if (!self.document) onmessage = ({ data }) => solve(data).catch(() => null).then(postMessage)
