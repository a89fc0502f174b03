/* Live updates: tells a page that something has changed. What has changed the page asks for itself.

     import { connect } from "./live.js";
     const live = connect({ onPoke, onPause, onResume });

   onPoke({conversation, seq, kind})   kind: message, status, state, typing (of that conversation)
   onPoke({kind: "many"})              pokes may have been missed: ask anew for everything that is shown
   onPoke({kind: "poll"})              the same, on suspicion: the line is down, the tab is back, the computer has slept
   onPause(), onResume()               the line is down (the page polls meanwhile), and up again

   One tab of the browser listens to /events/ for all of them: the one that holds the lock. It passes on what it hears. A tab
   whose leader has fallen silent takes the lock away from it. Where there are no locks (without https) every tab that is seen listens
   by itself. */

const ADDRESS = "/events/";
const CHANNEL = "inbox-live";
const POLL = 15_000;
const BEAT = 10_000; // of the leader to the other tabs
const SILENCE = 50_000; // the server beats every 20 seconds: after this the line is dead
const PATIENCE = 4_000; // a line that is opened anew is no pause yet
const TICK = 2_000;

export function connect({ onPoke, onPause = () => {}, onResume = () => {} }) {
    const shared = "locks" in navigator && "BroadcastChannel" in window;
    const channel = shared ? new BroadcastChannel(CHANNEL) : null;
    const ending = new AbortController();
    let source = null; // of the leader
    let up = false; // pokes come
    let told = false; // onPause was called
    let downSince = Date.now();
    let heard = Date.now(); // from the server, or from the leader
    let asked = 0;
    let ticked = Date.now();
    let beaten = 0;
    let retry = 0;
    let leave = () => {};

    function ask(kind) {
        if (kind === "poll" && Date.now() - asked < 1_000) return;
        asked = Date.now();
        onPoke({ kind });
    }

    function be(well) {
        heard = Date.now();
        if (well === up) return;
        up = well;
        if (!well) {
            downSince = Date.now();
            return;
        }
        if (told) onResume();
        told = false;
        ask("many");
    }

    function take(event) {
        heard = Date.now();
        if (event.kind === "paused") be(false);
        else if (event.kind === "resumed") be(true);
        else if (event.kind === "many") ask("many");
        else onPoke(event);
    }

    // --- the leader

    function pass(message) {
        channel?.postMessage(message);
    }

    function state(well) {
        be(well);
        pass({ up: well });
    }

    function listen() {
        source?.close();
        source = new EventSource(ADDRESS);
        heard = Date.now();
        source.onopen = () => state(true);
        source.addEventListener("beat", () => (heard = Date.now()));
        source.onmessage = ({ data }) => {
            const event = JSON.parse(data);
            take(event);
            pass({ event });
        };
        source.onerror = () => {
            state(false);
            // What is refused the browser does not try again.
            if (source?.readyState === EventSource.CLOSED) retry = Date.now() + POLL * (0.7 + 0.6 * Math.random());
        };
    }

    function lead() {
        be(false); // what came since the tab before this one fell silent nobody has heard: it is asked for when the line is up
        listen();
        return new Promise((resolve) => (leave = resolve)).finally(stop);
    }

    function stop() {
        source?.close();
        source = null;
    }

    function candidate(steal = false) {
        const options = steal ? { steal } : { signal: ending.signal };
        navigator.locks.request(CHANNEL, options, lead).catch(() => {
            stop(); // another tab has taken it away, or we are done
            if (!ending.signal.aborted) candidate();
        });
    }

    // --- the others

    if (channel) {
        channel.onmessage = ({ data }) => {
            if (source) {
                if (data.hello) pass({ up });
                return;
            }
            heard = Date.now();
            if ("up" in data) be(data.up);
            if (data.event) take(data.event);
        };
        channel.postMessage({ hello: true });
    }

    // --- time

    function tick() {
        const now = Date.now();
        const slept = now - ticked > 5 * TICK;
        ticked = now;
        if (slept) ask("poll");
        if (!up && !told && now - downSince > PATIENCE) {
            told = true;
            onPause();
        }
        if (!up && now - asked >= POLL) ask("poll");
        if (source) leaderTick(now, slept);
        else if (shared && !document.hidden && now - heard > SILENCE) {
            be(false);
            candidate(true);
        }
    }

    function leaderTick(now, slept) {
        if (retry && now > retry) {
            retry = 0;
            listen();
        } else if (!retry && (now - heard > SILENCE || slept)) {
            state(false);
            listen();
        }
        if (now - beaten > BEAT) {
            beaten = now;
            pass({ up });
        }
    }

    const timer = setInterval(tick, TICK);
    const back = () => {
        if (!document.hidden) ask("poll");
        if (shared) return;
        // A browser has six connections to a host: a hidden tab without a lock to share keeps none.
        if (document.hidden) {
            stop();
            state(false);
        } else if (!source) listen();
    };
    const online = () => {
        ask("poll");
        if (source && !up) listen();
    };
    document.addEventListener("visibilitychange", back);
    window.addEventListener("focus", back);
    window.addEventListener("online", online);

    if (shared) candidate();
    else listen();

    return {
        close() {
            ending.abort();
            leave();
            stop();
            clearInterval(timer);
            channel?.close();
            document.removeEventListener("visibilitychange", back);
            window.removeEventListener("focus", back);
            window.removeEventListener("online", online);
        },
    };
}
