//! A companion: what is kept of it, and how it is at an instant. Pure.

use serde::{Deserialize, Serialize};
use utoipa::openapi::ObjectBuilder;

use super::{
    evolution::{Earned, Growth},
    looks::{Form, Mood, Palette, Stage},
    mood::Circumstances,
    needs::{Day, KeptNeeds, Needs, kept_from, needs_at},
    says::Saying,
};
use crate::{
    described,
    kernel::{
        FromText, Resource, Rule, Timestamp, UserId, field,
        text::{self, TextError},
    },
};

/// 1 to 40 characters on one line, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompanionName(String);

impl CompanionName {
    pub const MAX: usize = 40;

    pub fn as_str(&self) -> &str {
        &self.0
    }
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

/// The companion of a user, one document a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    pub user_id: UserId,
    #[serde(default)]
    pub name: Option<CompanionName>,
    /// `None` for that of its form.
    #[serde(default)]
    pub palette: Option<Palette>,
    #[serde(flatten)]
    pub growth: Growth,
    pub needs: KeptNeeds,
}

impl Resource for Companion {
    const NOUN: &'static str = "Companion";
}

/// All that a companion follows from, beside what is kept of it.
#[derive(Debug, Clone, Copy)]
pub struct Circle<'a> {
    /// The level of its person.
    pub level: u32,
    pub earned: Earned,
    /// Those from the kept instant to now, in their order.
    pub days: &'a [Day],
    pub circumstances: Circumstances,
}

/// How a companion is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub stage: Stage,
    pub form: Form,
    pub mood: Mood,
    pub needs: Needs,
    pub as_of: Timestamp,
    pub says: Saying,
}

impl Companion {
    /// That of a new user.
    pub fn new(user_id: UserId, registered: Timestamp) -> Self {
        let needs = KeptNeeds::at_registration(registered);
        Self { user_id, name: None, palette: None, growth: Growth::default(), needs }
    }

    /// How it is now. Nothing needs to be written for it.
    pub fn at(&self, now: Timestamp, circle: Circle) -> State {
        let Growth { stage, form } = self.growth.at(circle.level, circle.earned);
        let needs = needs_at(self.needs, circle.days, now);
        let mood = Mood::of(&needs, circle.circumstances);
        let says = if mood == Mood::Happy && needs.is_ecstatic() { Saying::Ecstatic } else { Saying::Mood(mood) };
        State { stage, form, mood, needs, as_of: now, says }
    }

    /// What is to be kept once the last of the days has begun; itself where nothing is new.
    #[must_use]
    pub fn brought_to(&self, level: u32, earned: Earned, days: &[Day]) -> Self {
        Self { growth: self.growth.at(level, earned), needs: kept_from(self.needs, days), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AWAKE: Circumstances = Circumstances { in_work_hours: true, session_under_way: false, risk: None, lunch_due: false };

    fn new() -> Companion {
        Companion::new(UserId::new(uuid::Uuid::nil()), Timestamp::from_micros(0))
    }

    #[test]
    fn a_new_one_is_an_egg_that_is_well() {
        let circle = Circle { level: 1, earned: Earned::default(), days: &[], circumstances: AWAKE };
        let state = new().at(Timestamp::from_micros(0), circle);
        assert_eq!(
            (state.stage, state.form, state.mood, state.says),
            (Stage::Egg, Form::Seedling, Mood::Calm, Saying::Mood(Mood::Calm))
        );
        assert_eq!(new().brought_to(1, Earned::default(), &[]), new());
    }

    #[test]
    fn great_joy_is_said_in_other_words_and_is_no_other_mood() {
        let mut glad = new();
        glad.needs.needs.happiness = crate::companion::needs::Level::points(90);
        let circle = Circle { level: 10, earned: Earned { care: 9, ..Earned::default() }, days: &[], circumstances: AWAKE };
        let state = glad.at(Timestamp::from_micros(0), circle);
        assert_eq!((state.stage, state.form, state.mood, state.says), (Stage::Teen, Form::Care, Mood::Happy, Saying::Ecstatic));
    }

    #[test]
    fn the_form_of_the_document_is_this() {
        let expected = json!({ "user_id": "00000000-0000-0000-0000-000000000000", "name": null, "palette": null,
            "stage": "egg", "form": "seedling", "needs": { "as_of": "1970-01-01T00:00:00.000000Z",
            "energy": 288_000_000_000_i64, "hydration": 288_000_000_000_i64, "happiness": 216_000_000_000_i64 } });
        assert_eq!(serde_json::to_value(new()).expect("JSON"), expected);
        assert_eq!(serde_json::from_value::<Companion>(expected).expect("a companion"), new());
    }

    #[test]
    fn a_name_is_one_line_of_forty_characters() {
        assert_eq!(CompanionName::from_text(" Ñandú ").expect("a name").as_str(), "Ñandú");
        assert!(CompanionName::from_text(&"é".repeat(40)).is_ok());
        for bad in ["", " \u{200b}", "a\nb", &"a".repeat(41)] {
            assert!(CompanionName::from_text(bad).is_err(), "{bad:?}");
        }
    }
}
