//! Pictures of companions: the same for everybody, and nobody's.

use crate::support::{Answer, TestApp};

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
        ("svg", "stage"),
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
        ("png", "stage"),
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
