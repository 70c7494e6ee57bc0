//! Puts the files of `web/` into the program: as they are and compressed, below one version that follows from all of them.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script where its output goes through the environment")]

use std::{
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// Stands for the version where files name it.
const VERSION: &str = "__VERSION__";
/// What the page says of where the API is, seen from `/app/`, and what that is from `/api/app/`.
const API: [&str; 2] = ["content=\"../api/\"", "content=\"../\""];
/// Of the folder, what is not for browsers.
const NOT_SERVED: [&str; 6] = ["test", "node_modules", "tsconfig.json", "package.json", "package-lock.json", "types"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=web");
    let root = Path::new("web");
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort();

    let mut all = Sha256::new();
    for (name, content) in &files {
        all.update((name.len() as u64).to_le_bytes());
        all.update(name);
        all.update((content.len() as u64).to_le_bytes());
        all.update(content);
    }
    let version = hex(&all.finalize())[..12].to_owned();

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut code = format!("pub const VERSION: &str = \"{version}\";\npub static FILES: &[File] = &[\n");
    let mut index = None;
    for (name, content) in files {
        let content = match String::from_utf8(content) {
            Ok(text) => shortened(&name, &text).replace(VERSION, &version).into_bytes(),
            Err(binary) => binary.into_bytes(),
        };
        if name == "index.html" {
            index = Some(content.clone());
        }
        writeln!(code, "    {},", file(&out, &name, &content)?)?;
    }
    let index = String::from_utf8(index.ok_or("web/index.html is missing")?)?;
    if index.matches(API[0]).count() != 1 {
        return Err(format!("web/index.html must say {} once", API[0]).into());
    }
    let below_api = index.replace(API[0], API[1]);
    writeln!(code, "];\npub static INDEX_BELOW_API: File = {};", file(&out, "index-below-api.html", below_api.as_bytes())?)?;
    fs::write(out.join("page.rs"), code)?;
    Ok(())
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if NOT_SERVED.contains(&&*name) || name.ends_with(".d.ts") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

/// Without comments and the blanks at the beginning of lines, a third of a file that browsers need not load. It knows only the forms
/// of comments that `web/` has, which its own tests hold it to (web/test/served.mjs says the same).
fn shortened(name: &str, text: &str) -> String {
    let begins = match name.rsplit('.').next() {
        _ if name.starts_with("vendor/") => return text.to_owned(),
        Some("js") => "/**",
        Some("css") => "/*",
        _ => return text.to_owned(),
    };
    let (mut kept, mut left) = (String::new(), text);
    while let Some((before, after)) = left.split_once(begins) {
        let Some((_, rest)) = after.split_once("*/") else { break };
        kept.push_str(before);
        left = if begins == "/**" { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    }
    kept.push_str(left);
    let is_comment = |line: &str| begins == "/**" && line.starts_with("//");
    let is_needed = |line: &&str| !line.is_empty() && !is_comment(line);
    kept.lines().map(str::trim).filter(is_needed).collect::<Vec<_>>().join("\n")
}

/// The code of a file, whose contents are written beside it.
fn file(out: &Path, name: &str, content: &[u8]) -> std::io::Result<String> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    let gzip = gzip.finish()?;
    let stored = name.replace('/', "+");
    let plain = body(out, &stored, content)?;
    // What is compressed already gains nothing.
    let gzip =
        if gzip.len() < content.len() { format!("Some({})", body(out, &format!("{stored}.gz"), &gzip)?) } else { "None".into() };
    Ok(format!("File {{ name: {name:?}, plain: {plain}, gzip: {gzip} }}"))
}

fn body(out: &Path, stored: &str, content: &[u8]) -> std::io::Result<String> {
    fs::write(out.join(stored), content)?;
    let version = &Sha256::digest(content)[..16];
    Ok(format!(
        "Body {{ bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/\", {stored:?})), version: Uuid::from_bytes({version:?}) }}"
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
