// What the page asks of the server.

export class Refusal extends Error {}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal("the server does not answer; is facestyle serve still running?");
  }
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(found.error || `the server answers ${response.status}`);
  return found;
}

const named = (path, file) => `${path}?name=${encodeURIComponent(file.name)}`;

export const looks = () => ask("/api/looks");
export const sendPortrait = (file) => ask(named("/api/portraits", file), { method: "POST", body: file });
export const sendClip = (file) => ask(named("/api/clips", file), { method: "POST", body: file });
export const sendMatte = (id, blob) => ask(`/api/portraits/${id}/matte`, { method: "PUT", body: blob });
export const dropMatte = (id) => ask(`/api/portraits/${id}/matte`, { method: "DELETE" });
export const forget = () => ask("/api/forget", { method: "POST" });
export const cancel = (id) => ask(`/api/jobs/${id}`, { method: "DELETE" });
export const fileOf = (id, name) => `/api/jobs/${id}/files/${name}`;

export async function sendExemplars(files) {
  const { id } = await ask("/api/sets", { method: "POST" });
  const refused = [];
  for (const file of files) {
    try {
      await ask(named(`/api/sets/${id}`, file), { method: "POST", body: file });
    } catch (error) {
      refused.push(error.message);
    }
  }
  return { id, refused };
}

// Start a job and tell of it until it ends.
export async function run(wish, told, isWanted = () => true) {
  let job = await ask("/api/jobs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  while (job.state === "queued" || job.state === "running") {
    told(job);
    await new Promise((wake) => setTimeout(wake, 200));
    if (!isWanted()) return { ...job, state: "canceled" };
    job = await ask(`/api/jobs/${job.id}`);
  }
  if (job.state === "failed") throw new Refusal(job.message);
  return job;
}
