//! The files of `web/` as the build has put them into the program: `VERSION`, `FILES` in the order of their names, and the page as it is
//! below `/api`.

use uuid::Uuid;

/// A file that browsers load.
pub struct File {
    /// Its path below `web/`.
    pub name: &'static str,
    pub plain: Body,
    /// Where that is smaller.
    pub gzip: Option<Body>,
}

/// The bytes of an answer.
pub struct Body {
    pub bytes: &'static [u8],
    /// Follows from the bytes.
    pub version: Uuid,
}

impl File {
    pub fn media_type(&self) -> &'static str {
        match self.name.rsplit('.').next().unwrap_or_default() {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            _ => "text/plain; charset=utf-8",
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/page.rs"));
