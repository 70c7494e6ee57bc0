//! Pictures of companions: nobody's, one's own, and what a link shows of one's.

use serde_json::json;

use super::stored;
use crate::support::{Answer, Client, TestApp};

async fn get(path: &str) -> Answer {
    TestApp::with(&[]).anonymous().get(path).await
}

#[tokio::test]
async fn a_picture_needs_no_token_and_may_be_kept() {
    let app = TestApp::with(&[]);
    let path = "/api/companion.svg?stage=adult&form=care&mood=thirsty&seed=2";
    let answer = app.anonymous().get(path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=86400"));
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; style-src 'unsafe-inline'"));
    let svg = String::from_utf8(answer.bytes.to_vec()).expect("text");
    assert!(svg.contains("<title>Adult, thirsty</title>") && svg.contains("av-move") && svg.contains("width=\"240\""), "{svg}");
    let tag = answer.header("etag").expect("a tag");
    let again = app.anonymous().with_header("if-none-match", tag).get(path).await;
    assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, Some(tag)));
    assert_eq!(again.header("cache-control"), Some("public, max-age=86400"));
    let other = app.anonymous().with_header("if-none-match", tag).get(&format!("{path}&palette=blue")).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_picture_is_as_it_was_asked_for() {
    let answer = get("/api/companion.svg?mood=sleeping&lang=es&motion=still&size=32").await;
    let svg = String::from_utf8(answer.bytes.to_vec()).expect("text");
    assert!(svg.contains("<title>Pequeño, dormido</title>") && !svg.contains("<style") && svg.contains("width=\"32\""), "{svg}");
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    for (query, parameter) in [
        ("svg?palette=blue", "stage"),
        ("svg?stage=king", "stage"),
        ("svg?mood=Happy", "mood"),
        ("svg?form=", "form"),
        ("svg?seed=4", "seed"),
        ("svg?seed=-1", "seed"),
        ("svg?seed=1&size=15", "size"),
        ("svg?seed=1&size=1025", "size"),
        ("svg?seed=1&size=%2B64", "size"),
        ("svg?seed=1&motion=fast", "motion"),
        ("svg?seed=1&lang=de", "lang"),
        ("svg?seed=1&palette=red", "palette"),
        ("png?seed=1&size=240", "size"),
        ("png?seed=1&motion=still", "motion"),
    ] {
        let answer = get(&format!("/api/companion.{query}")).await;
        answer.assert_error(400, "invalid_parameter");
        assert!(answer.body["error"].as_str().expect("a sentence").contains(parameter), "{query}: {answer:?}");
    }
}

#[cfg(feature = "png")]
#[tokio::test]
async fn who_shows_no_svg_gets_a_png_of_the_size_that_was_asked_for() {
    let app = TestApp::with(&[]);
    for (query, size) in [("mood=happy", 256_u32), ("mood=happy&size=64", 64), ("mood=happy&size=512", 512)] {
        let path = format!("/api/companion.png?{query}");
        let answer = app.anonymous().get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")), "{answer:?}");
        assert!(answer.bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        // The header of the picture begins with its width and height.
        assert_eq!([&answer.bytes[16..20], &answer.bytes[20..24]], [&size.to_be_bytes(), &size.to_be_bytes()]);
        let tag = answer.header("etag").expect("a tag");
        assert_eq!(app.anonymous().with_header("if-none-match", tag).get(&path).await.status, 304);
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.to_vec()).expect("text")
}

/// What is shown of it.
fn title(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")), "{answer:?}");
    let svg = text(answer);
    let (_, after) = svg.split_once("<title>").expect("a title");
    after.split_once("</title>").expect("a title").0.to_owned()
}

#[tokio::test]
async fn ones_own_is_shown_as_it_is_now_to_nobody_else() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = "/api/companion.svg";
    app.anonymous().get(path).await.assert_error(401, "unauthorized");
    let own = ann.get(path).await;
    assert_eq!((title(&own).as_str(), own.header("cache-control")), ("Egg, calm", Some("no-store")));
    let tag = own.header("etag").expect("a tag");
    let again = ann.clone().with_header("if-none-match", tag).get(path).await;
    assert_eq!((again.status, again.header("cache-control")), (304, Some("no-store")));
    // A page shows it by the cookie.
    let cookie = format!("auth_token={}", ann.token());
    assert_eq!(app.anonymous().with_header("cookie", &cookie).get(path).await.bytes, own.bytes);
    let named = json!({ "name": "Nori", "palette": "pink" });
    assert_eq!(ann.patch("/api/companion", named).await.status, 200);
    ann.patch("/api/settings", json!({ "language": "es" })).await;
    app.advance_hours(12);
    let asleep = ann.get(path).await;
    assert_eq!((title(&asleep).as_str(), text(&asleep).contains("Nori")), ("Huevo, dormido", false));
    assert_eq!(title(&ann.get("/api/companion.svg?lang=en").await), "Egg, sleeping");
    // With looks, it is nobody's.
    assert_eq!(title(&ann.get("/api/companion.svg?stage=elder").await), "Elder, happy");
}

#[tokio::test]
async fn a_link_shows_the_creature_and_nothing_else_until_it_is_void() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    assert_eq!(ann.delete("/api/companion/share").await.status, 204);
    assert_eq!(ann.patch("/api/companion", json!({ "name": "Nori" })).await.status, 200);
    let share = async |client: &Client| {
        let made = client.post_empty("/api/companion/share").await;
        assert_eq!((made.status, made.header("location")), (201, Some(made.text("url").as_str())), "{made:?}");
        assert_eq!(made.text("url"), format!("/api/companion.svg?token={}", made.text("token")));
        made.text("token")
    };
    let (first, other) = (share(&ann).await, share(&bob).await);
    let shown = async |token: &str| app.anonymous().get(&format!("/api/companion.svg?token={token}")).await;
    let before = stored(&app, &ann).await;
    let picture = shown(&first).await;
    assert_eq!((title(&picture).as_str(), picture.header("cache-control")), ("Egg, calm", Some("public, max-age=60")));
    assert!(!text(&picture).contains("Nori") && !text(&picture).contains(&ann.id));
    // Whoever looks at it makes nothing be written, and the token is kept nowhere.
    assert_eq!(stored(&app, &ann).await, before);
    assert!(before.iter().all(|document| !document.contains(&first)));
    #[cfg(feature = "png")]
    assert_eq!(app.anonymous().get(&format!("/api/companion.png?token={first}&size=64")).await.status, 200);

    // A second one takes its place.
    let second = share(&ann).await;
    assert_eq!((shown(&second).await.status, shown(&other).await.status), (200, 200));
    // Another character within the secret, which starts in the 22nd of 43.
    let forged = format!("{}{}{}", &second[..30], if &second[30..31] == "A" { "B" } else { "A" }, &second[31..]);
    for void in [&first, &forged, &second[1..], "", "x"] {
        shown(void).await.assert_error(404, "not_found");
    }
    for _ in 0..2 {
        assert_eq!(ann.delete("/api/companion/share").await.status, 204);
        shown(&second).await.assert_error(404, "not_found");
    }
    assert_eq!(bob.delete(&format!("/api/users/{}", bob.id)).await.status, 204);
    shown(&other).await.assert_error(404, "not_found");
}
