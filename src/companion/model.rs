//! A companion: what is kept of it, and how it is at an instant. Pure.

use serde::{Deserialize, Serialize};
use utoipa::openapi::ObjectBuilder;

use super::{
    evolution::Growth,
    looks::{Mood, Palette},
    mood::Circumstances,
    needs::{Day, KeptNeeds, Needs, needs_at},
    says::Saying,
};
use crate::{
    described,
    kernel::{
        FromText, Nullable, Resource, Rule, Timestamp, UserId, field,
        text::{self, TextError},
    },
};

/// 1 to 40 characters on one line, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompanionName(String);

impl CompanionName {
    pub const MAX: usize = 40;
}

described!(CompanionName, "CompanionName");

impl FromText for CompanionName {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX)
    }

    fn from_text(name: &str) -> Result<Self, Rule> {
        match text::name(name, Self::MAX) {
            Ok(name) => Ok(Self(name.to_owned())),
            Err(TextError::Empty) => Err(Rule::field("cannot be empty")),
            Err(TextError::TooLong(_)) => Err(Rule::field("cannot be longer than 40 characters")),
            Err(TextError::ControlCharacter) => Err(Rule::field("must not contain control characters")),
        }
    }
}

/// What there is of a companion for others to follow: one document a user, once anything of it is not as with all that are new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    pub user_id: UserId,
    #[serde(flatten)]
    pub character: Character,
}

impl Resource for Companion {
    const NOUN: &'static str = "Companion";
}

/// What of a companion changes only when its person does something about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Character {
    #[serde(default)]
    pub name: Option<CompanionName>,
    /// `None` for that of its form.
    #[serde(default)]
    pub palette: Option<Palette>,
    #[serde(flatten)]
    pub growth: Growth,
}

/// What to change of a companion; `None` leaves it, null takes it away.
#[derive(Debug, Clone, Default)]
pub struct CompanionPatch {
    pub name: Option<Nullable<CompanionName>>,
    pub palette: Option<Nullable<Palette>>,
}

impl Character {
    #[must_use]
    pub fn patched(&self, patch: &CompanionPatch) -> Self {
        let mut patched = self.clone();
        if let Some(Nullable(name)) = &patch.name {
            patched.name.clone_from(name);
        }
        if let Some(Nullable(palette)) = patch.palette {
            patched.palette = palette;
        }
        patched
    }

    /// How it is at an instant, which nothing need be written for: of `days` the last is that of the instant.
    pub fn at(self, now: Timestamp, kept: KeptNeeds, days: &[Day], circumstances: Circumstances) -> State {
        let needs = needs_at(kept, days, now);
        let mood = Mood::of(&needs, circumstances);
        let says = if mood == Mood::Happy && needs.is_ecstatic() { Saying::Ecstatic } else { Saying::Mood(mood) };
        State { character: self, mood, needs, as_of: now, says }
    }
}

/// How a companion is at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    #[serde(flatten)]
    pub character: Character,
    pub mood: Mood,
    pub needs: Needs,
    pub as_of: Timestamp,
    pub says: Saying,
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;
    use crate::companion::{
        looks::{Form, Stage},
        needs::Level,
    };

    const AWAKE: Circumstances = Circumstances { in_work_hours: true, session_under_way: false, risk: None, lunch_due: false };

    fn kept() -> KeptNeeds {
        KeptNeeds::at_registration(Timestamp::from_micros(0), NaiveDate::default())
    }

    #[test]
    fn a_new_one_is_an_egg_that_is_well() {
        let state = Character::default().at(Timestamp::from_micros(0), kept(), &[], AWAKE);
        let Growth { stage, form } = state.character.growth;
        assert_eq!((stage, form, state.mood, state.says), (Stage::Egg, Form::Seedling, Mood::Calm, Saying::Mood(Mood::Calm)));
    }

    #[test]
    fn great_joy_is_said_in_other_words_and_is_no_other_mood() {
        let mut glad = kept();
        glad.needs.happiness = Level::points(85);
        let state = Character::default().at(Timestamp::from_micros(0), glad, &[], AWAKE);
        assert_eq!((state.mood, state.says), (Mood::Happy, Saying::Ecstatic));
    }

    #[test]
    fn what_is_left_out_of_a_change_stays_and_null_takes_it_away() {
        let name = || CompanionName::from_text("Nori").expect("a name");
        let named = CompanionPatch { name: Some(Nullable(Some(name()))), palette: Some(Nullable(Some(Palette::Blue))) };
        let character = Character::default().patched(&named);
        assert_eq!((&character.name, character.palette), (&Some(name()), Some(Palette::Blue)));
        assert_eq!(character.patched(&CompanionPatch::default()), character);
        let without = character.patched(&CompanionPatch { name: Some(Nullable(None)), palette: None });
        assert_eq!((without.name, without.palette), (None, Some(Palette::Blue)));
    }

    #[test]
    fn the_form_of_the_document_is_this() {
        let companion = Companion { user_id: UserId::new(uuid::Uuid::nil()), character: Character::default() };
        let expected = json!({ "user_id": "00000000-0000-0000-0000-000000000000", "name": null, "palette": null,
            "stage": "egg", "form": "seedling" });
        assert_eq!(serde_json::to_value(&companion).expect("JSON"), expected);
        assert_eq!(serde_json::from_value::<Companion>(expected).expect("a companion"), companion);
    }

    #[test]
    fn a_name_is_one_line_of_forty_characters() {
        assert_eq!(CompanionName::from_text(" Ñandú ").expect("a name").0, "Ñandú");
        assert!(CompanionName::from_text(&"é".repeat(40)).is_ok());
        for bad in ["", " \u{200b}", "a\nb", &"a".repeat(41)] {
            assert!(CompanionName::from_text(bad).is_err(), "{bad:?}");
        }
    }
}
