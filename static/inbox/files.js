// Files for the composer: chosen, pasted, dropped or recorded. Each goes up at once, with its progress, and is sent with the answer.
import { byId, parse, token, words } from "./lib.js";
import { toast } from "./toast.js";

let waiting = 0;

export const attached = () => [...document.querySelectorAll("#attachments [data-document]")];
export const uploading = () => waiting > 0;

export function upload(file, { voice = false } = {}) {
  const form = byId("composer");
  const bar = byId("progress");
  const place = byId("attachments");
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.set("file", file, file.name || "file");
  if (voice) body.set("voice", "on");
  waiting += 1;
  bar.hidden = false;
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  request.addEventListener("loadend", () => {
    waiting -= 1;
    bar.hidden = waiting === 0;
    bar.value = 0;
    const found = parse(request.responseText ?? "");
    const made = found.querySelector("[data-document]");
    if (request.status === 200 && made && place.isConnected) place.append(made);
    else if (request.status !== 200) toast(found.getElementById("refused")?.textContent.trim() || words("tooLate"), { bad: true });
    byId("text")?.focus();
  });
  request.open("POST", form.dataset.uploadAction);
  request.setRequestHeader("X-CSRFToken", token());
  request.send(body);
}

document.addEventListener("change", (event) => {
  if (event.target.id !== "attach") return;
  for (const file of event.target.files) upload(file);
  event.target.value = "";
});

document.addEventListener("paste", (event) => {
  if (event.target.id !== "text" || !event.clipboardData.files.length) return;
  event.preventDefault();
  for (const file of event.clipboardData.files) upload(file);
});

const drops = (event) => event.target.closest?.("#chat") && byId("composer") && event.dataTransfer.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!drops(event)) return;
  event.preventDefault();
  byId("chat").classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("chat")?.classList.remove("is-dropping"); });
document.addEventListener("drop", (event) => {
  byId("chat")?.classList.remove("is-dropping");
  if (!drops(event)) return;
  event.preventDefault();
  for (const file of event.dataTransfer.files) upload(file);
});

// --- the voice

let recorder = null;

async function record(button) {
  if (recorder) {
    recorder.stop();
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    toast(words("noMicrophone"), { bad: true });
    return;
  }
  const kind = ["audio/ogg; codecs=opus", "audio/webm; codecs=opus", "audio/mp4"].find((one) => MediaRecorder.isTypeSupported(one));
  const parts = [];
  recorder = new MediaRecorder(stream, { mimeType: kind });
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    recorder = null;
    button.setAttribute("aria-pressed", "false");
    if (byId("composer")) upload(new File(parts, "voice", { type: kind.split(";")[0] }), { voice: true });
  });
  button.setAttribute("aria-pressed", "true");
  recorder.start();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-record], [data-detach]");
  if (!button) return;
  if ("record" in button.dataset) record(button);
  else {
    button.closest("[data-document]").remove();
    byId("text")?.focus();
  }
});
