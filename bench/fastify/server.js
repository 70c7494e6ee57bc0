// The measured calls of Avanochi on Fastify and better-sqlite3, for bench/run.py.
//
// One process: better-sqlite3 answers from where it is called, and SQLite has one writer anyway. A write is one transaction,
// confirmed by the disk before it is answered. Statements are prepared once, answers are written by the serialisers that
// Fastify makes from their schemas, bodies are checked against schemas, tokens that were seen are remembered by fast-jwt.
// Passwords are hashed on threads, with the parameters that Avanochi has.

import { randomUUID } from "node:crypto";
import { Algorithm, hash, verify } from "@node-rs/argon2";
import Database from "better-sqlite3";
import { createSigner, createVerifier } from "fast-jwt";
import Fastify from "fastify";

const LIFETIME = 3600;
const DAY = 86_400_000;
const key = process.env.JWT_SECRET;
const sign = createSigner({ key, algorithm: "HS256", expiresIn: LIFETIME * 1000 });
const verifyToken = createVerifier({ key, algorithms: ["HS256"], requiredClaims: ["sub", "exp"], cache: 1000 });
// 19 MiB, two passes, one lane.
const argon2 = { algorithm: Algorithm.Argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.pragma("busy_timeout = 5000");
const prepare = (sql) => database.prepare(sql);

const statements = {
  addUser: prepare("INSERT INTO users VALUES (?, ?, ?, ?)"),
  addCounters: prepare("INSERT INTO counters (user_id) VALUES (?)"),
  findLogin: prepare("SELECT id, password_hash FROM users WHERE name = ?"),
  addTask: prepare("INSERT INTO tasks VALUES (?, ?, ?, ?, NULL, NULL)"),
  countTask: prepare("UPDATE counters SET total_tasks = total_tasks + 1 WHERE user_id = ?"),
  getTask: prepare("SELECT * FROM tasks WHERE id = ? AND user_id = ?"),
  listTasks: prepare("SELECT * FROM tasks WHERE user_id = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?"),
  changeTask: prepare("UPDATE tasks SET title = ?, updated_at = ?, completed_at = ? WHERE id = ?"),
  countCompleted: prepare("UPDATE counters SET completed_tasks = completed_tasks + ? WHERE user_id = ?"),
  getRun: prepare("SELECT run_start, run_end, longest_streak FROM counters WHERE user_id = ?"),
  setRun: prepare("UPDATE counters SET run_start = ?, run_end = ?, longest_streak = ? WHERE user_id = ?"),
  addSession: prepare("INSERT INTO work_sessions VALUES (?, ?, ?, NULL, NULL)"),
  getSession: prepare("SELECT * FROM work_sessions WHERE id = ? AND user_id = ?"),
  activeSession: prepare("SELECT * FROM work_sessions WHERE user_id = ? AND end_time IS NULL"),
  endSession: prepare("UPDATE work_sessions SET end_time = ?, duration = ? WHERE id = ?"),
  countSession: prepare(
    "UPDATE counters SET total_sessions = total_sessions + 1, worked_micros = worked_micros + ? WHERE user_id = ?",
  ),
  getStats: prepare(
    `SELECT counters.*, EXISTS (SELECT 1 FROM work_sessions WHERE user_id = ? AND end_time IS NULL) AS active
     FROM counters WHERE user_id = ?`,
  ),
};

class Refusal extends Error {
  constructor(statusCode, message) {
    super(message);
    this.statusCode = statusCode;
  }
}

const stamp = () => `${new Date().toISOString().slice(0, -1)}000Z`;
const dateOf = (millis) => new Date(millis).toISOString().slice(0, 10);
const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / DAY);
const hours = (micros) => Math.round(micros / 3.6e7) / 100;

function taskView(row) {
  const { id, user_id, title, created_at, updated_at, completed_at } = row;
  return { id, user_id, title, completed: completed_at !== null, created_at, updated_at, completed_at };
}

// Today counts for the streak.
function extendRun(user) {
  const run = statements.getRun.get(user);
  const today = dateOf(Date.now());
  if (run.run_end === today) return;
  const start = run.run_end === dateOf(Date.now() - DAY) ? run.run_start : today;
  statements.setRun.run(start, today, Math.max(run.longest_streak, days(start, today) + 1), user);
}

const register = database.transaction((user, name, passwordHash, now) => {
  statements.addUser.run(user, name, passwordHash, now);
  statements.addCounters.run(user);
});

const createTask = database.transaction((task, user, title, now) => {
  statements.addTask.run(task, user, title, now);
  statements.countTask.run(user);
});

const updateTask = database.transaction((user, task, action, title) => {
  const row = statements.getTask.get(task, user);
  if (!row) throw new Refusal(404, "Task not found");
  const view = taskView(row);
  const now = stamp();
  const changed = action === (view.completed ? "reopen" : "complete");
  if (changed) {
    view.completed = !view.completed;
    view.completed_at = view.completed ? now : null;
    statements.countCompleted.run(view.completed ? 1 : -1, user);
    if (view.completed) extendRun(user);
  }
  if (title !== undefined) view.title = title;
  if (changed || title !== undefined) {
    view.updated_at = now;
    statements.changeTask.run(view.title, now, view.completed_at, task);
  }
  return view;
});

const endSession = database.transaction((user, session) => {
  const row = statements.getSession.get(session, user);
  if (!row) throw new Refusal(404, "Work session not found");
  if (row.end_time === null) {
    row.end_time = stamp();
    const micros = (Date.parse(row.end_time) - Date.parse(row.start_time)) * 1000;
    row.duration = hours(micros);
    statements.endSession.run(row.end_time, row.duration, session);
    statements.countSession.run(micros, user);
    extendRun(user);
  }
  return row;
});

const text = { type: "string" };
const textOrNull = { type: ["string", "null"] };
const object = (properties) => ({ type: "object", properties });
const task = object({
  id: text,
  user_id: text,
  title: text,
  completed: { type: "boolean" },
  created_at: text,
  updated_at: textOrNull,
  completed_at: textOrNull,
});
const session = object({
  id: text,
  user_id: text,
  start_time: text,
  end_time: textOrNull,
  duration: { type: ["number", "null"] },
  active: { type: "boolean" },
});
const stats = object({
  user_id: text,
  total_tasks: { type: "integer" },
  completed_tasks: { type: "integer" },
  total_sessions: { type: "integer" },
  total_hours: { type: "number" },
  hours_worked: { type: "number" },
  tasks_completed: { type: "integer" },
  current_streak: { type: "integer" },
  longest_streak: { type: "integer" },
  active_session: { type: "boolean" },
  as_of: text,
});
const body = (properties, required) => ({ ...object(properties), required });

const app = Fastify({ bodyLimit: 65_536 });

app.decorateRequest("user", null);

function authenticated(request, _, done) {
  const header = request.headers.authorization;
  try {
    if (!header?.startsWith("Bearer ")) throw new Refusal(401, "Unauthorized");
    request.user = verifyToken(header.slice(7)).sub;
    done();
  } catch {
    done(new Refusal(401, "Unauthorized"));
  }
}

function own(request, named) {
  if (request.user !== named) throw new Refusal(403, "You may not do this");
}

app.setErrorHandler((error, _, reply) => {
  if (!error.statusCode) console.error(error);
  reply.code(error.statusCode ?? 500).send({ error: error.statusCode ? error.message : "Internal error" });
});

app.get("/api/health", () => ({ status: "ok" }));

const credentials = body({ username: text, password: text }, ["username", "password"]);

app.post("/api/auth/register", { schema: { body: credentials } }, async (request, reply) => {
  const { username, password } = request.body;
  const name = username.trim();
  if (!name || name.length > 64 || password.length < 8 || password.length > 256) throw new Refusal(400, "Not a name and password");
  const passwordHash = await hash(password, argon2);
  const [user, now] = [randomUUID(), stamp()];
  try {
    register.immediate(user, name.toLowerCase(), passwordHash, now);
  } catch (error) {
    throw error.code?.startsWith("SQLITE_CONSTRAINT") ? new Refusal(409, "This username is already taken") : error;
  }
  reply.code(201);
  return { id: user, name, time_zone: "UTC", created_at: now, updated_at: null };
});

app.post("/api/auth/login", { schema: { body: credentials } }, async (request, reply) => {
  const found = statements.findLogin.get(request.body.username.trim().toLowerCase());
  const right = found?.password_hash && (await verify(found.password_hash, request.body.password));
  if (!right) throw new Refusal(401, "Wrong username or password");
  const token = sign({ sub: found.id, jti: randomUUID() });
  reply.header("Set-Cookie", `auth_token=${token}; HttpOnly; SameSite=Lax; Path=/api; Max-Age=${LIFETIME}`);
  return { token, token_type: "Bearer", expires_in: LIFETIME, user_id: found.id };
});

app.register(async (api) => {
  api.addHook("onRequest", authenticated);

  const newTask = { body: body({ title: text, user_id: text }, ["title", "user_id"]), response: { 201: task } };
  api.post("/api/tasks", { schema: newTask }, (request, reply) => {
    own(request, request.body.user_id);
    const title = request.body.title.trim();
    if (!title || title.length > 500) throw new Refusal(400, "Task title cannot be empty");
    const [id, now] = [randomUUID(), stamp()];
    createTask.immediate(id, request.user, title, now);
    reply.code(201).header("Location", `/api/tasks/${id}`);
    reply.send({ id, user_id: request.user, title, completed: false, created_at: now, updated_at: null, completed_at: null });
  });

  const paging = object({ limit: { type: "integer", minimum: 1, maximum: 1000, default: 1000 }, cursor: text });
  api.get("/api/tasks", { schema: { querystring: paging, response: { 200: { type: "array", items: task } } } }, (request, reply) => {
    const { limit, cursor = "" } = request.query;
    const [createdAt = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
    const rows = statements.listTasks.all(request.user, createdAt, id, limit + 1);
    if (rows.length > limit) {
      rows.pop();
      const last = rows[limit - 1];
      const after = Buffer.from(`${last.created_at} ${last.id}`).toString("base64url");
      reply.header("Link", `</api/tasks?limit=${limit}&cursor=${after}>; rel="next"`);
    }
    reply.send(rows.map(taskView));
  });

  api.get("/api/tasks/:id", { schema: { response: { 200: task } } }, (request, reply) => {
    const row = statements.getTask.get(request.params.id, request.user);
    if (!row) throw new Refusal(404, "Task not found");
    reply.send(taskView(row));
  });

  const patch = { body: object({ action: text, title: text }), response: { 200: task } };
  api.patch("/api/tasks/:id", { schema: patch }, (request, reply) => {
    const { action: named, title } = request.body;
    const action = named ?? (title === undefined ? "complete" : undefined);
    if (action !== undefined && action !== "complete" && action !== "reopen") throw new Refusal(400, "Unsupported action");
    reply.send(updateTask.immediate(request.user, request.params.id, action, title?.trim()));
  });

  const start = { body: body({ user_id: text }, ["user_id"]), response: { 201: session } };
  api.post("/api/work_sessions/start", { schema: start }, (request, reply) => {
    own(request, request.body.user_id);
    const [id, now] = [randomUUID(), stamp()];
    try {
      statements.addSession.run(id, request.user, now);
    } catch (error) {
      throw error.code?.startsWith("SQLITE_CONSTRAINT") ? new Refusal(400, "Active session already exists") : error;
    }
    reply.code(201).header("Location", `/api/work_sessions/${id}`);
    reply.send({ id, user_id: request.user, start_time: now, end_time: null, duration: null });
  });

  api.post("/api/work_sessions/:id/end", { schema: { response: { 200: session } } }, (request, reply) => {
    reply.send(endSession.immediate(request.user, request.params.id));
  });

  const whose = { querystring: body({ user_id: text }, ["user_id"]), response: { 200: session } };
  api.get("/api/work_sessions/active", { schema: whose }, (request, reply) => {
    own(request, request.query.user_id);
    reply.send(statements.activeSession.get(request.user) ?? { active: false });
  });

  api.get("/api/stats/:user_id", { schema: { response: { 200: stats } } }, (request, reply) => {
    own(request, request.params.user_id);
    const row = statements.getStats.get(request.user, request.user);
    if (!row) throw new Refusal(404, "User not found");
    const now = Date.now();
    const running = row.run_end !== null && row.run_end >= dateOf(now - DAY);
    const worked = hours(row.worked_micros);
    reply.send({
      user_id: request.user,
      total_tasks: row.total_tasks,
      completed_tasks: row.completed_tasks,
      total_sessions: row.total_sessions,
      total_hours: worked,
      hours_worked: worked,
      tasks_completed: row.completed_tasks,
      current_streak: running ? days(row.run_start, row.run_end) + 1 : 0,
      longest_streak: row.longest_streak,
      active_session: row.active === 1,
      as_of: stamp(),
    });
  });
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });

process.on("SIGTERM", () => app.close().then(() => database.close()));
