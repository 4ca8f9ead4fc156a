// What keeps a staff screen live: the feed into its picture, the banner while that is stale, a new version at a quiet
// moment.
// Never: draw the picture, or know what is on the screen.

import { Feed } from "./feed.js";
import { facility, whenNewVersion } from "./page.js";
import { clockTime } from "./words.js";

const ASK_AGAIN_MS = 60_000;

// ended (shared/ended.js) sees every event before the picture has it, as does seen(name, tickets), which is told of a
// snapshot's tickets too, under no name. isQuiet: whether the page may load anew.
export function follow(view, filter, { token, t, picture, ended, stale, seen = () => {}, isQuiet, draw }) {
  const warn = (sentence) => {
    stale.textContent = sentence;
    stale.hidden = false;
  };
  const lookForVersion = () =>
    whenNewVersion(() => {
      if (isQuiet()) location.reload();
      else setTimeout(lookForVersion, ASK_AGAIN_MS);
    });
  return new Feed(facility.id, view, filter, token, {
    snapshot(frame) {
      picture.replace(frame.state);
      seen("", frame.state.tickets);
      draw();
    },
    event(frame) {
      ended.see(frame, picture);
      seen(frame.name, frame.set.tickets);
      picture.apply(frame.set);
      if (frame.name === "ruleset.published") lookForVersion();
      draw();
    },
    stale(at) {
      warn(at ? t("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : t("stale.never"));
    },
    fresh() {
      stale.hidden = true;
      lookForVersion();
    },
    refused() {
      warn(t("setup.refused"));
    },
  });
}
