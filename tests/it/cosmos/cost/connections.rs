//! What connections cost.

use avanochi::jobs::{Event, Tick};
use sandbox::oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth};
use serde_json::json;

use super::{Book, CHANGE, CREATION, Cost, FREE, PAGE, READ};
use crate::{
    consents::{set_cookie, ways_back},
    support::{Client, LONG_TOKENS, TestApp},
    webhooks::{by_github, by_todoist},
};

pub async fn connections(book: &mut Book, app: &TestApp, ann: &Client) {
    // The language, which nobody else knows.
    book.line("GET /api/integrations", "", Some(READ), None, ann.get("/api/integrations")).await;
    let new = json!({ "provider": "todoist", "credential": { "token": "a token" } });
    // Beside what a creation costs: the other connections, whether there was a credential, and the message.
    let connected = Cost { reads: CREATION.reads + 1, writes: 1, queries: 1, ..CREATION };
    let made = book.line("POST /api/connections", "", Some(connected), None, ann.post("/api/connections", new)).await;
    let path = format!("/api/connections/{}", made.text("id"));
    // The connection, its state, its credential, the summary for what is counted, and the conflicts.
    let shown = Cost { reads: 4, queries: 1, ..FREE };
    book.line("GET /api/connections/{id}", "", Some(shown), None, ann.get(&path)).await;
    // The same of all: the connections, their states, their credentials, their conflicts, whatever their number.
    let all = Cost { reads: 1, queries: 4, ..FREE };
    book.line("GET /api/connections", "", Some(all), None, ann.get("/api/connections")).await;
    // Each change reads the state too, and the answer shows all of it but the connection.
    let changed = Cost { reads: CHANGE.reads + 1 + shown.reads - 1, queries: 1, ..CHANGE };
    let change = json!({ "name": "Home" });
    book.line("PATCH /api/connections/{id}", "", Some(changed), None, ann.patch(&path, change)).await;
    let asked = Cost { reads: 3, writes: 1, ..FREE };
    let [sync, pause, resume, runs, conflicts, lists] =
        ["sync", "pause", "resume", "runs", "conflicts", "lists"].map(|what| format!("{path}/{what}"));
    let when = ", asked for already";
    book.line("POST /api/connections/{id}/sync", when, Some(asked), None, ann.post_empty(&sync)).await;
    book.line("POST /api/connections/{id}/pause", "", Some(changed), None, ann.post_empty(&pause)).await;
    // Whether there is a credential, and the message.
    let resumed = Cost { reads: changed.reads + 1, writes: 1, ..changed };
    book.line("POST /api/connections/{id}/resume", "", Some(resumed), None, ann.post_empty(&resume)).await;
    let read_and_page = Cost { reads: 1, ..PAGE };
    book.line("GET /api/connections/{id}/runs", "", Some(read_and_page), None, ann.get(&runs)).await;
    book.line("GET /api/connections/{id}/conflicts", "", Some(read_and_page), None, ann.get(&conflicts)).await;
    // Only refusals, since there is neither a service, nor a run, nor a conflict.
    let (not_there, none, thrice) = (", of a service that is not there", ", of which there is none", Cost { reads: 3, ..FREE });
    book.refusal("GET /api/connections/{id}/lists", not_there, thrice, ann.get(&lists)).await;
    let run = format!("{runs}/{}", ann.id);
    book.refusal("GET /api/connections/{id}/runs/{rid}", none, READ, ann.get(&run)).await;
    book.refusal("GET /api/connections/{id}/runs/{rid}/steps", none, READ, ann.get(&format!("{run}/steps"))).await;
    let (route, restore) = ("POST /api/connections/{id}/conflicts/{cid}/restore", format!("{conflicts}/{}/restore", ann.id));
    book.refusal(route, none, thrice, ann.post_empty(&restore)).await;
    webhooks(book, ann, &path).await;
    // The lease is taken and given back; for each priority, each of the four ranges; a message for the one that is due.
    let look = Cost { reads: 1, writes: 2 + 1, across: 3 * 4, ..FREE };
    book.job(app, "sync_scheduler", ", one connection being due", look, Event::Tick(Tick::default())).await;
    // The connection, the webhooks that are in use, what it would be revoked with, the commit. Then what is left: the webhooks that were
    // deleted, found as the fourth of the kinds that are looked for and taken in a commit, and a look at all five.
    let gone = Cost { reads: 1 + 1 + CHANGE.reads + 1 + 1, writes: 1, batches: 2, queries: 1 + 4 + 5, ..FREE };
    book.line("DELETE /api/connections/{id}", ", which had two webhooks", Some(gone), None, ann.delete(&path)).await;
}

/// Webhooks of a connection, and what is delivered by them.
async fn webhooks(book: &mut Book, ann: &Client, path: &str) {
    let (all, [one, other]) =
        (format!("{path}/webhooks"), [(); 2].map(|()| json!({ "preset": "jira", "secret": "a-secret-of-theirs" })));
    // The key of the addresses is made once, and read by each instance once.
    let first = ann.post(&all, one).await;
    assert_eq!(first.status, 201, "{first:?}");
    // The connection twice, the summary, the others, the commit, and the webhook for the answer.
    let made = Cost { reads: CREATION.reads + 3, queries: 1, ..CREATION };
    let answer = book.line("POST /api/connections/{id}/webhooks", "", Some(made), None, ann.post(&all, other)).await;
    let listed = Cost { reads: 1, ..PAGE };
    book.line("GET /api/connections/{id}/webhooks", "", Some(listed), None, ann.get(&all)).await;
    let (one, url) = (format!("{all}/{}", answer.text("id")), answer.text("url"));
    let changed = Cost { reads: CHANGE.reads + 3, ..CHANGE };
    let (route, secrets) = ("POST /api/connections/{id}/webhooks/{wid}/secrets", format!("{one}/secrets"));
    book.line(route, "", Some(changed), None, ann.post(&secrets, json!({}))).await;
    let address = url[url.find("/api/webhooks/").expect("an address")..].to_owned();
    // The webhook; whether the delivery came before, the message, and that it came.
    let (delivery, taken) = ("POST /api/webhooks/{path}", Cost { reads: 2, writes: 2, ..FREE });
    let sender = ann.clone().with_header("x-hub-signature", &by_github("a-secret-of-theirs", b"{}"));
    book.line(delivery, "", Some(taken), None, sender.post(&address, json!({}))).await;
    let again = Cost { reads: 2, ..FREE };
    book.line(delivery, ", once more", Some(again), None, sender.post(&address, json!({}))).await;
    book.refusal(delivery, ", refused", READ, ann.post(&address, json!({}))).await;
    // It is not in the description.
    book.routes.remove(delivery);
    let ended = Cost { reads: CHANGE.reads + 1, ..CHANGE };
    book.line("DELETE /api/connections/{id}/webhooks/{wid}", "", Some(ended), None, ann.delete(&one)).await;
    assert_eq!(ann.delete(&format!("{all}/{}", first.text("id"))).await.status, 204);
}

/// Consenting at a service, where this program is known.
pub async fn consents(book: &mut Book, app: &TestApp, ann: &Client) {
    let service = Oauth::start(sandbox::Clock::machine(), Manners::default(), 0).await.expect("started");
    let token_url = format!("{}/oauth/access_token", service.url);
    let app = app.another(&[
        LONG_TOKENS,
        ("AVANOCHI_PUBLIC_URL", "https://avanochi.example"),
        ("TODOIST_CLIENT_ID", CLIENT_ID),
        ("TODOIST_CLIENT_SECRET", CLIENT_SECRET),
        ("TODOIST_LOGIN_URL", &service.url),
        ("TODOIST_API_URL", &service.url),
        ("TODOIST_TOKEN_URL", &token_url),
    ]);
    let ann = &ann.through(&app);
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
    let path = format!("/api/connections/{}", ann.post("/api/connections", json!({ "provider": "todoist" })).await.text("id"));
    // The connection, the summary, and the attempt before.
    let begun = Cost { reads: 3, batches: 1, ..FREE };
    let authorize = format!("{path}/authorize");
    let answer = book.line("GET /api/connections/{id}/authorize", "", Some(begun), None, ann.get(&authorize)).await;
    let [allow, _] = ways_back(&service, &answer.text("url")).await;
    let browser = app.anonymous().with_header("cookie", &set_cookie(&answer));
    // The attempt is ended, for good; then what it brought is kept, and a message asks for the first run.
    let ended = Cost { reads: 2, batches: 1, ..FREE };
    let kept = Cost { reads: ended.reads + 4, writes: 1, batches: ended.batches + 1, ..FREE };
    book.refusal("GET /api/oauth/callback", ", after a consent", kept, browser.get(&allow)).await;
    // Whose the account is.
    let told = "POST /api/webhooks/todoist";
    let sender = ann.clone().with_header("x-todoist-hmac-sha256", &by_todoist(CLIENT_SECRET, br#"{"user_id":"7"}"#));
    let body = json!({ "user_id": "7" });
    book.line(told, ", of an account that nobody has", Some(PAGE), None, sender.post("/api/webhooks/todoist", body)).await;
    book.routes.remove(told);
    assert_eq!(ann.delete(&path).await.status, 204);
}
