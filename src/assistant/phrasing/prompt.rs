//! What goes out: fixed instructions, and a story as data. Of a fact neither its source, which names the user, nor more than how it
//! is shown. Pure.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::check::paragraphs;
use crate::{
    assistant::narratives::story::Story,
    outbound::model::Question,
    texts::{Language, text},
};

/// Changed whenever the instructions or the check do, so that former texts are not shown any more.
const EDITION: &str = "1";
/// The longest story that goes out, in bytes.
const LONGEST: usize = 6_000;

/// What a model is asked about a story.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// By which the answer is found again: it follows from all that the answer follows from.
    pub id: String,
    pub instructions: String,
    pub input: String,
    pub most_tokens: u32,
}

impl Prompt {
    /// `None` for a story that no model is to see: one without numbers, which is soon said, and one with anything in it that would not
    /// be let through in an answer either.
    pub fn about(language: Language, story: &Story, model: &str) -> Option<Self> {
        let own: Vec<&str> = story.paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        let length: usize = own.iter().map(|text| text.len()).sum();
        let has_numbers = own.iter().any(|text| text.bytes().any(|byte| byte.is_ascii_digit()));
        if !has_numbers || length > LONGEST || paragraphs(language, story, &own.join("\n")).is_err() {
            return None;
        }
        let given = story.paragraphs.iter().map(|paragraph| {
            // Those of the title are not in the text.
            let facts = paragraph.facts.iter().filter(|fact| paragraph.text.contains(&fact.shown));
            let facts: Vec<_> = facts.map(|fact| json!({ "name": fact.key, "shown": fact.shown })).collect();
            json!({ "text": paragraph.text, "facts": facts })
        });
        let input = json!({ "paragraphs": given.collect::<Vec<_>>() }).to_string();
        let instructions = text(language, "phrasing_instructions", &[]);
        let mut hash = Sha256::new();
        for part in [EDITION, model, language.name(), &instructions, &input] {
            hash.update(part);
            hash.update([0]);
        }
        let id = URL_SAFE_NO_PAD.encode(hash.finalize());
        // A token has two bytes and more in these languages; a model that thinks first has some to think with.
        let most_tokens = u32::try_from(length).unwrap_or(u32::MAX) / 2 + 200;
        Some(Self { id, instructions, input, most_tokens })
    }

    pub fn question(&self) -> Question<'_> {
        let Self { instructions, input, most_tokens, .. } = self;
        Question { instructions, input, tools: &[], most_tokens: *most_tokens, within: None }
    }
}
