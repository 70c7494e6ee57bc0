//! What the log tells of people: nothing.

use serde_json::json;

use crate::support::{PASSWORD, http::eventually, process::Program};

#[test]
fn nothing_secret_or_personal_is_logged() {
    let secret = "the secret of this test, of more than 32 bytes";
    for filter in ["info", "trace"] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program::new(folder.path()).set("AVANOCHI_LOG", filter).set("JWT_SECRET", secret);
        let mut process = program.set("CORS_ALLOWED_ORIGINS", "https://xorigin.example").start();
        let anonymous = process.http();
        let ann = anonymous.user("Xylophonia");
        let mut private = vec![secret.to_owned(), PASSWORD.to_owned(), ann.token().to_owned(), ann.id.clone()];
        // Each part of a token is as good as a secret, and so is each part of a title.
        private.extend(ann.token().split('.').skip(1).map(str::to_owned));
        private.extend(["ylophonia", "xtitle", "xpassword", "xname", "xquery", "xcookie", "xkey", "xorigin"].map(str::to_owned));

        let task = ann.create_task("xtitle one").text("id");
        ann.clone().with_header("idempotency-key", "xkey").create_task("xtitle two");
        assert_eq!(ann.patch(&format!("/api/tasks/{task}"), &json!({ "title": "xtitle three" })).status, 200);
        assert_eq!(ann.patch(&format!("/api/tasks/{task}"), &json!({})).status, 200);
        assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), &json!({ "name": "xname" })).status, 200);
        let session = ann.post("/api/work_sessions/start", &json!({ "user_id": ann.id })).text("id");
        assert_eq!(ann.post(&format!("/api/work_sessions/{session}/end"), &json!({})).status, 200);
        private.extend([task, session]);
        // Nothing is sent to this machine, and that is logged.
        let hook = json!({ "kind": "webhook", "url": "https://localhost/xhook?token=xhook", "name": "xname" });
        let hook = ann.post("/api/channels", &hook);
        assert_eq!(hook.status, 201);
        private.extend(["xhook".to_owned(), hook.text("secret")["whsec_".len()..].to_owned()]);
        let attempts = || ann.get("/api/notifications?state=waiting").body[0]["deliveries"][0]["attempts"].as_u64();
        eventually("an attempt", || attempts().filter(|attempts| *attempts > 0));
        ann.assert_counters_equal_what_exists();
        // What goes wrong is told in more words, and must not be told in these.
        anonymous
            .post("/api/auth/login", &json!({ "username": "xname", "password": "xpassword" }))
            .assert_error(401, "invalid_credentials");
        anonymous.register("xylophonia").assert_error(409, "username_taken");
        anonymous
            .post("/api/auth/register", &json!({ "username": "xname", "password": { "xpassword": 1 } }))
            .assert_error(400, "invalid_field");
        anonymous.clone().with_header("cookie", "auth_token=xcookie").get("/api/tasks").assert_error(401, "unauthorized");
        anonymous.clone().with_token("xcookie.xcookie.xcookie", "").get("/api/tasks").assert_error(401, "unauthorized");
        ann.get("/api/tasks?cursor=xquery").assert_error(400, "invalid_cursor");
        ann.get("/api/tasks?xquery=xquery&code=xquery").assert_error(400, "invalid_parameter");
        anonymous.get("/api/unsubscribe/xquery").assert_error(404, "not_found");
        anonymous.get("/api/channels/verify?token=xquery").assert_error(404, "not_found");
        ann.get("/api/xquery").assert_error(404, "not_found");
        ann.send("DELETE", "/api/tasks/xquery", None).assert_error(404, "not_found");
        assert_eq!(ann.send("DELETE", &format!("/api/users/{}", ann.id), None).status, 204);

        process.stop();
        let said = process.output();
        assert!(said.contains("\"route\":\"/api/auth/login\""), "the requests are not in the log:\n{said}");
        for private in private {
            let line = said.lines().find(|line| line.to_lowercase().contains(&private.to_lowercase()));
            assert_eq!(line, None, "with {filter}, '{private}' is told");
        }
    }
}
