//! Puts the files of `web/` into the program: as they are and compressed, below one version that follows from all of them.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script where its output goes through the environment")]

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

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
            Ok(text) => shortened(&name, &text)?.replace(VERSION, &version).into_bytes(),
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

/// Without comments and blanks that mean nothing, half of a file that browsers need not load. It knows only the forms that `web/` has;
/// the tests of the page compare syntax trees, and what is served with the same written in JavaScript (web/test/served.mjs).
fn shortened(name: &str, text: &str) -> Result<String, String> {
    match name.rsplit('.').next() {
        _ if name.starts_with("vendor/") => Ok(text.to_owned()),
        Some("js") => script(text).map_err(|place| format!("web/{name}: what is this? {place:.40}")),
        Some("css") => Ok(style(text)),
        _ => Ok(text.to_owned()),
    }
}

const fn is_word(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_' || one == '$' || !one.is_ascii()
}

/// Fails with the place that it does not understand.
fn script(text: &str) -> Result<String, &str> {
    let (mut kept, mut left) = (String::new(), text);
    // Of each expression in a template, how many braces are open.
    let mut open = Vec::new();
    loop {
        let last = kept.chars().next_back().unwrap_or(';');
        let blank = &left[..nothing(left)];
        left = &left[blank.len()..];
        let one = left.chars().next().unwrap_or('}');
        if !blank.is_empty() {
            kept.push_str(between(last, one, blank.contains('\n')));
        }
        if left.is_empty() {
            return Ok(kept);
        }
        let size = match one {
            '\'' | '"' => quoted(left, one),
            '/' if !is_word(last) && !")]}".contains(last) => pattern(left),
            '`' | '}' if one == '`' || open.last() == Some(&0) => {
                if one == '}' {
                    open.pop();
                }
                let size = part(left).ok_or(left)?;
                if left[..size].ends_with('{') {
                    open.push(0);
                }
                let lines = left[..size].split('\n').collect::<Vec<_>>();
                kept.push_str(&joined(&lines));
                left = &left[size..];
                continue;
            }
            _ => {
                if let Some(braces) = open.last_mut() {
                    *braces += usize::from(one == '{');
                    *braces -= usize::from(one == '}');
                }
                if one == '}' && last == ';' {
                    kept.pop();
                }
                Some(one.len_utf8())
            }
        };
        let (token, after) = left.split_at(size.ok_or(left)?);
        kept.push_str(token);
        left = after;
    }
}

/// The lines of a template without their blanks, as one where a tag ends or begins.
fn joined(lines: &[&str]) -> String {
    let mut kept = lines[0].to_owned();
    for (i, line) in lines.iter().enumerate().skip(1) {
        kept.truncate(kept.trim_end().len());
        let line = if i + 1 < lines.len() { line.trim() } else { line.trim_start() };
        if !line.is_empty() && !kept.ends_with('>') && !line.starts_with('<') {
            kept.push('\n');
        }
        kept.push_str(line);
    }
    kept
}

/// How long the blanks and comments are with which a text begins.
fn nothing(text: &str) -> usize {
    let mut left = text;
    loop {
        let rest = left.trim_start();
        let rest = match rest.get(..2) {
            Some("//") => rest.find('\n').map_or("", |end| &rest[end..]),
            Some("/*") => rest[2..].find("*/").map_or(rest, |end| &rest[end + 4..]),
            _ => rest,
        };
        if rest.len() == left.len() {
            return text.len() - left.len();
        }
        left = rest;
    }
}

/// Where what begins with one character ends: behind the next one of these that `\` does not stand before.
fn quoted(text: &str, end: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, one)) = characters.next() {
        if one == '\\' {
            characters.next();
        } else if one == end {
            return Some(at + end.len_utf8());
        }
    }
    None
}

/// Where a regular expression ends, before its flags.
fn pattern(text: &str) -> Option<usize> {
    let mut is_class = false;
    let mut characters = text.char_indices().skip(1);
    while let Some((at, one)) = characters.next() {
        match one {
            '\\' => _ = characters.next(),
            '[' => is_class = true,
            ']' => is_class = false,
            '/' if !is_class => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where a template, or its part behind an expression, ends, or its next expression begins.
fn part(text: &str) -> Option<usize> {
    let end = quoted(text, '`');
    let mut from = 1;
    while let Some(at) = text[from..].find("${").map(|at| from + at) {
        if end.is_some_and(|end| at >= end) {
            break;
        }
        if !text[..at].ends_with('\\') {
            return Some(at + 2);
        }
        from = at + 2;
    }
    end
}

/// What has to stay of the blanks between two characters: where no statement can end, an end of line is a blank.
fn between(last: char, next: char, line: bool) -> &'static str {
    if line && !";{,([:?=&|".contains(last) && !")]},;.?:=&|".contains(next) {
        return "\n";
    }
    let is_needed = (is_word(last) && is_word(next)) || last == '/' || next == '/' || ("+-".contains(last) && last == next);
    if is_needed { " " } else { "" }
}

fn style(text: &str) -> String {
    let (mut kept, mut left) = (String::new(), text);
    while let Some(one) = left.chars().next() {
        let size = match one {
            '/' if left.starts_with("/*") => {
                left = left.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '"' => quoted(left, '"').unwrap_or(left.len()),
            _ => one.len_utf8(),
        };
        if "{};,".contains(one) {
            kept.truncate(kept.trim_end().len());
        }
        if one == '}' && kept.ends_with(';') {
            kept.pop();
        }
        if !one.is_whitespace() {
            kept.push_str(&left[..size]);
        } else if !kept.is_empty() && !kept.ends_with(|last: char| "{};,:".contains(last) || last.is_whitespace()) {
            kept.push(' ');
        }
        left = &left[size..];
    }
    kept
}

/// The code of a file, whose contents are written beside it.
fn file(out: &Path, name: &str, content: &[u8]) -> std::io::Result<String> {
    let mut gzip = Vec::new();
    // Slow and small, for it is done once; what is compressed already gains nothing.
    if Path::new(name).extension().is_none_or(|kind| kind != "png") {
        zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, content, &mut gzip)?;
    }
    let stored = name.replace('/', "+");
    let plain = body(out, &stored, content)?;
    let gzip = if (1..content.len()).contains(&gzip.len()) {
        format!("Some({})", body(out, &format!("{stored}.gz"), &gzip)?)
    } else {
        "None".into()
    };
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
