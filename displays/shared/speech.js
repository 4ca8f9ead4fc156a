// Sound: the chime, and the queue of calls that are said one after the other.
// Never: what is said (the screen gives whole sentences) or how numbers read (reading.js).

// From one call to the next at least this long, so that each can be heard and followed.
const BETWEEN_CALLS_MS = 8_000;
// A sentence that never ends (browsers' voices sometimes lose the end event) must not silence the hall.
const LONGEST_SENTENCE_MS = 15_000;

export class Chime {
  #context = new AudioContext();

  get blocked() {
    return this.#context.state !== "running";
  }

  // The first touch or key allows sound, where the browser was not started to allow it.
  allow() {
    return this.#context.resume().catch(() => {});
  }

  onChange(listener) {
    this.#context.addEventListener("statechange", listener);
  }

  // Two soft falling tones; resolves when they have sounded (at once where sound is blocked).
  async ring() {
    if (this.blocked) return;
    const start = this.#context.currentTime + 0.02;
    this.#tone(659.25, start);
    this.#tone(523.25, start + 0.45);
    await pause(1500);
  }

  #tone(frequency, at) {
    const oscillator = this.#context.createOscillator();
    const gain = this.#context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.5, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 1);
    oscillator.connect(gain).connect(this.#context.destination);
    oscillator.start(at);
    oscillator.stop(at + 1.05);
  }
}

export class CallQueue {
  #chime;
  #calls = [];
  #running = false;

  constructor(chime) {
    this.#chime = chime;
  }

  // Calls are said in the order they are added, each whole. A call: {sentences: [{language, text}], wanted(),
  // started()}. `wanted` is asked when its turn comes: a patient who is already in the room needs no calling.
  // `started` lets the screen point at the number being said.
  add(call) {
    this.#calls.push(call);
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    try {
      while (this.#calls.length > 0) {
        const call = this.#calls.shift();
        if (!call.wanted()) continue;
        call.started();
        await Promise.all([this.#say(call), pause(BETWEEN_CALLS_MS)]);
      }
    } finally {
      this.#running = false;
    }
  }

  // Sound that fails (a device that was pulled out) must not hold up the calls after it.
  async #say(call) {
    try {
      await this.#chime.ring();
      for (const { language, text } of call.sentences) await speak(text, language);
    } catch (error) {
      console.warn("This call could not be said.", error);
    }
  }
}

function voiceFor(language) {
  return globalThis.speechSynthesis?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(language)) ?? null;
}

// Says one sentence; without a voice of that language it is left to the screen's text.
function speak(text, language) {
  const voice = voiceFor(language);
  if (voice === null) return Promise.resolve();
  return new Promise((done) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    const over = () => {
      clearTimeout(limit);
      done();
    };
    const limit = setTimeout(() => {
      speechSynthesis.cancel();
      over();
    }, LONGEST_SENTENCE_MS);
    utterance.onend = over;
    utterance.onerror = over;
    try {
      speechSynthesis.speak(utterance);
    } catch (error) {
      // The limit must not come later and cut off another call.
      over();
      console.warn("This sentence could not be said.", error);
    }
  });
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
