//! What holds for every resource that the description lists, by its own examples: a new one needs no line here.

use std::collections::BTreeMap;

use avanochi::{
    kernel::{Limit, PageRequest, UserId},
    store::{Partition, Query},
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{
        Answer, Client, TestApp, app_with_admin,
        described::{Resource, document},
    },
};

/// What is nobody's but its owner's, counts for nothing, and is told to who follows changes without what runs change.
const OWN: &[&str] = &["connections"];
/// What is made with a secret that is shown once, so that whoever made it is answered otherwise than whoever reads it.
const WITH_SECRET: &[&str] = &["channels"];

/// The program with its callers, on the day after the one that the examples are about.
struct Scene {
    app: TestApp,
    admin: Client,
    ann: Client,
    bob: Client,
}

impl Scene {
    async fn new() -> Self {
        let (app, admin) = app_with_admin().await;
        app.advance_hours(24);
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        Self { app, admin, ann, bob }
    }

    /// What is counted for Ann: by date or in total, and by name.
    async fn counted(&self) -> BTreeMap<(String, String), u64> {
        let partition = Partition::of(UserId::parse(&self.ann.id).expect("an id"));
        let query = Query::Everything { partition, page: PageRequest::first(Limit::MAX) };
        let mut found = BTreeMap::new();
        let mut add = |of: &str, counts: &Value| {
            let counts = counts.as_object().expect("counts").iter();
            found.extend(counts.map(|(name, count)| ((of.to_owned(), name.clone()), count.as_u64().expect("a count"))));
        };
        for document in self.app.store.query(query).await.expect("documents").items {
            let body: Value = serde_json::from_str(&document.body).expect("JSON");
            let mut of_day = |day: &Value| add(day["date"].as_str().expect("a date"), &day["counts"]);
            match document.key.kind.as_ref() {
                "days" => of_day(&body),
                "summaries" => {
                    if body["day"].is_object() {
                        of_day(&body["day"]);
                    }
                    add("total", &body["counts"]);
                }
                _ => {}
            }
        }
        found
    }

    /// The last that Ann is told of the one with the id.
    async fn told(&self, id: &str) -> Value {
        let page = self.ann.get("/api/changes").await.body;
        page["changes"].as_array().expect("changes").iter().rfind(|change| change["id"] == id).expect("a change").clone()
    }

    /// Whether clients see the kind, which then counts for something too.
    fn is_published(&self, resource: &Resource<'_>) -> bool {
        let kind = self.app.app.kinds.get(resource.noun);
        kind.unwrap_or_else(|| panic!("no kind of documents has the name of {}", resource.path)).render.is_some()
    }
}

/// All resources with a program to try each on.
async fn each(check: impl AsyncFn(&Scene, &Resource<'_>)) {
    let scene = Scene::new().await;
    let document = document(&scene.app);
    let resources = Resource::all(&scene.app.app.document, &document);
    let nouns: Vec<_> = resources.iter().map(|resource| resource.noun).collect();
    assert!(nouns.contains(&"tasks") && nouns.contains(&"work_sessions"), "{nouns:?}");
    for resource in resources.iter().filter(|resource| !WITH_SECRET.contains(&resource.noun)) {
        check(&scene, resource).await;
    }
}

async fn make(client: &Client, resource: &Resource<'_>) -> (String, Answer) {
    let made = client.post(resource.path, resource.new_body(&client.id)).await;
    assert_eq!(made.status, 201, "POST {}: {made:?}", resource.path);
    (made.header("location").expect("Location").to_owned(), made)
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_else(|| panic!("no ETag: {answer:?}")).to_owned()
}

#[tokio::test]
async fn what_was_made_is_found_by_its_owner_and_nobody_else() {
    each(async |Scene { ann, bob, admin, .. }, resource| {
        let (path, made) = make(ann, resource).await;
        assert_eq!(
            (path.as_str(), &made.body["user_id"]),
            (resource.one().replace("{id}", &made.text("id")).as_str(), &json!(ann.id))
        );
        let got = ann.get(&path).await;
        assert_eq!((got.status, &got.body, etag(&got)), (200, &made.body, etag(&made)), "{path}");
        let unchanged = ann.clone().with_header("if-none-match", &etag(&made)).get(&path).await;
        assert_eq!((unchanged.status, unchanged.bytes.len(), etag(&unchanged)), (304, 0, etag(&made)), "{path}");

        for (method, body) in [("GET", None), ("PATCH", resource.change()), ("DELETE", None)] {
            if resource.has(method) {
                bob.send(method, &path, body).await.assert_error(404, "not_found");
            }
        }
        assert_eq!(bob.get(resource.path).await.body, json!([]), "{}", resource.path);
        let (_, bobs) = make(bob, resource).await;
        let everybodys = if OWN.contains(&resource.noun) { vec![] } else { vec![&made.body, &bobs.body] };
        for (client, expected) in [(ann, vec![&made.body]), (bob, vec![&bobs.body]), (admin, everybodys.clone())] {
            let pages = client.all_pages(resource.path, 1).await;
            assert_eq!(pages.iter().collect::<Vec<_>>(), expected, "{}", resource.path);
        }
        if !everybodys.is_empty() {
            let first = admin.get(&format!("{}?limit=1", resource.path)).await;
            assert_eq!((first.next_page().is_some(), first.body), (true, json!([made.body])), "{}", resource.path);
        }
    })
    .await;
}

#[tokio::test]
async fn a_repetition_under_its_key_makes_nothing_more() {
    each(async |Scene { ann, .. }, resource| {
        let keyed = ann.clone().with_header("idempotency-key", &format!("a key of {}", resource.noun).replace(' ', "-"));
        let mut body = resource.new_body(&ann.id);
        let (first, again) = (keyed.post(resource.path, body.clone()).await, keyed.post(resource.path, body.clone()).await);
        assert_eq!((first.status, again.status), (201, 201), "{first:?} {again:?}");
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
        assert_eq!(
            (&first.bytes, first.header("location"), etag(&first)),
            (&again.bytes, again.header("location"), etag(&again))
        );
        body["more"] = json!(1);
        keyed.post(resource.path, body).await.assert_error(422, "idempotency_key_reused");
        assert_eq!(ann.get(resource.path).await.body, json!([first.body]), "{}", resource.path);
    })
    .await;
}

#[tokio::test]
async fn changes_are_made_of_known_members_to_the_version_that_was_seen() {
    each(async |Scene { ann, .. }, resource| {
        let Some(change) = resource.change() else { return };
        let (path, made) = make(ann, resource).await;
        ann.patch(&path, json!({ "unknown": 1 })).await.assert_error(400, "invalid_field");
        assert_eq!(etag(&ann.get(&path).await), etag(&made), "{path}");
        let seen = ann.clone().with_header("if-match", &etag(&made));
        let changed = seen.patch(&path, change.clone()).await;
        assert_eq!(changed.status, 200, "PATCH {path}: {changed:?}");
        assert_ne!((&changed.body, etag(&changed)), (&made.body, etag(&made)), "PATCH {path}");
        let got = ann.get(&path).await;
        assert_eq!((&got.body, etag(&got)), (&changed.body, etag(&changed)), "{path}");
        seen.patch(&path, change).await.assert_error(412, "stale_etag");
        if resource.has("DELETE") {
            seen.delete(&path).await.assert_error(412, "stale_etag");
        }
        assert_eq!(etag(&ann.get(&path).await), etag(&changed), "{path}");
    })
    .await;
}

#[tokio::test]
async fn what_exists_is_counted_and_told_until_it_is_deleted() {
    each(async |scene, resource| {
        let (ann, published) = (&scene.ann, scene.is_published(resource) && !OWN.contains(&resource.noun));
        let before = scene.counted().await;
        let (path, made) = make(ann, resource).await;
        let id = made.text("id");
        if published {
            let change = scene.told(&id).await;
            assert_eq!((&change["kind"], &change["op"], &change["item"]), (&json!(resource.noun), &json!("upsert"), &made.body));
            let more: Vec<_> = scene.counted().await.into_iter().filter(|(of, count)| before.get(of) < Some(count)).collect();
            let total = more.iter().filter(|((of, _), _)| of == "total").count();
            assert!(total > 0 && more.len() > total, "{} counts for nothing, in total or for a date: {more:?}", resource.noun);
        }
        if let Some(change) = resource.change() {
            let changed = ann.patch(&path, change).await;
            assert!(!published || scene.told(&id).await["item"] == changed.body, "{path}: {changed:?}");
        }
        assert_clean(&scene.app).await;
        if !resource.has("DELETE") {
            return;
        }
        let gone = ann.delete(&path).await;
        assert_eq!((gone.status, gone.bytes.len()), (204, 0), "DELETE {path}: {gone:?}");
        ann.get(&path).await.assert_error(404, "not_found");
        ann.delete(&path).await.assert_error(404, "not_found");
        assert_eq!(ann.get(resource.path).await.body, json!([]), "{}", resource.path);
        if published {
            let told = scene.told(&id).await;
            assert_eq!((&told["kind"], &told["op"], &told["item"]), (&json!(resource.noun), &json!("delete"), &Value::Null));
        }
        assert_eq!(scene.counted().await, before, "{}", resource.noun);
        assert_clean(&scene.app).await;
    })
    .await;
}
