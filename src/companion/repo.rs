//! Where a companion is kept: all of it in the summary, from which it is read, and what others may follow in a document.

use serde::{Deserialize, Serialize};

use super::{
    model::{Character, Companion},
    needs::KeptNeeds,
    share::ShareKey,
};
use crate::{
    kernel::{Owner, Result},
    ledger::{Counted, Fact, Summary, Transaction},
    store::Entity,
};

impl Entity for Companion {
    const KIND: &'static str = "companion";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Counted for Companion {}

/// All that is kept of a companion. Whoever has nothing of it has the egg with which all begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    #[serde(flatten)]
    pub character: Character,
    /// `None` until a date has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<KeptNeeds>,
    /// Of the link by which others see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareKey>,
}

impl Fact for Kept {
    const NAME: &'static str = "companion";
}

impl Kept {
    /// Errors: `Internal`.
    pub fn of(summary: &Summary) -> Result<Self> {
        Ok(summary.facts.get()?.unwrap_or_default())
    }

    /// Keeps it, and writes the document where that says something else. Errors: `Internal`.
    pub async fn keep(&self, change: &mut Transaction<'_>, owner: Owner) -> Result<()> {
        let before = Self::of(&change.summary)?;
        change.summary.facts.set(self)?;
        if before.character == self.character {
            return Ok(());
        }
        let companion = Companion { user_id: owner.id(), character: self.character.clone() };
        let read = change.find::<Companion>(&companion.document_id()).await?;
        change.put(&companion, read.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was_written() {
        let text = r#"{"name":"Nori","palette":null,"stage":"teen","form":"care","needs":{"as_of":"2026-01-14T00:00:00.000000Z",
            "date":"2026-01-14","energy":288000000000,"hydration":288000000000,"happiness":216000000000},
            "share":"00000000-0000-0000-0000-000000000001"}"#;
        let kept: Kept = serde_json::from_str(text).expect("what is kept");
        assert!(kept.needs.is_some() && kept.share.is_some());
        let written = serde_json::to_string(&kept).expect("JSON");
        assert_eq!(serde_json::from_str::<Kept>(&written).expect("read back"), kept);
        assert_eq!(serde_json::from_str::<Kept>(r#"{"stage":"egg","form":"seedling"}"#).expect("an egg"), Kept::default());
    }
}
