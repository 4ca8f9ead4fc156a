// What the server put into the page, the device's token, and the reload when a new version is served.
// Never: anything about one screen.

const data = document.getElementById("page-data").textContent;
const embedded = JSON.parse(data);

export const facility = embedded.facility;
// What the page is about: /board/<facility>, /console/<facility>/<room>, /visit/<facility>/<visit>?k=…
export const subject = decodeURIComponent(location.pathname.split("/")[3] ?? "");
export const query = new URLSearchParams(location.search);
export const words = embedded.words;
export const pageLanguage = embedded.language;
// The facility's languages, first its own, as far as there are words for them.
export const languages = facility.languages.filter((language) => language in words);
if (languages.length === 0) languages.push(pageLanguage);
const version = document.documentElement.dataset.version;
export const root = document.getElementById("screen");

// The token comes once in the address' fragment, which no server sees. It is kept on the device and taken
// out of the address bar, so that a photograph of the screen does not give it away.
export function deviceToken(screen) {
  const place = `queueflow.token.${screen}.${facility.id}`;
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    store(place, given);
    return given;
  }
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

function store(place, value) {
  try {
    localStorage.setItem(place, value);
  } catch {
    // A browser that keeps nothing still works until its page is closed.
  }
}

// Asks whether the server now serves another version of this page, or another facility; calls `reload` when it does.
export async function whenNewVersion(reload) {
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!answer.ok) return;
    const served = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = served.documentElement.dataset.version;
    if (found && (found !== version || served.getElementById("page-data")?.textContent !== data)) reload();
  } catch {
    // No answer is no news: the feed is what notices an outage.
  }
}

// Keeps the screen awake where the browser can (it takes the lock away whenever the page is hidden).
export function stayAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
