//! What a companion says, and how its pictures are called, in each language. It never blames. Pure.

use serde::{Deserialize, Serialize};

use super::looks::{Mood, Stage};
use crate::accounts::settings::model::Language;

/// What it has to say, each under a key of its own, so that who shows it may have words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    Mood(Mood),
    Ecstatic,
    /// It was given a meal, water, or some attention.
    Fed,
    Watered,
    Petted,
}

impl Saying {
    pub fn key(self) -> &'static str {
        match self {
            Self::Mood(mood) => mood.name(),
            Self::Ecstatic => "ecstatic",
            Self::Fed => "fed",
            Self::Watered => "watered",
            Self::Petted => "petted",
        }
    }

    pub fn text(self, language: Language) -> &'static str {
        let words = match self {
            Self::Mood(Mood::Happy) => ("What a good day we are having.", "Qué buen día estamos teniendo."),
            Self::Mood(Mood::Calm) => ("All is well. One thing at a time.", "Todo va bien. Una cosa tras otra."),
            Self::Mood(Mood::Celebrating) => ("Look what you did!", "¡Mira lo que has conseguido!"),
            Self::Mood(Mood::Hungry) => ("It is time for lunch. Shall we?", "Es hora de comer. ¿Vamos?"),
            Self::Mood(Mood::Thirsty) => {
                ("A glass of water would do us both good.", "Un vaso de agua nos vendría bien a los dos.")
            }
            Self::Mood(Mood::Tired) => ("Five minutes of rest would help.", "Cinco minutos de descanso ayudarían."),
            Self::Mood(Mood::Worried) => {
                ("These have been long days. What can wait?", "Han sido días largos. ¿Qué puede esperar?")
            }
            Self::Mood(Mood::Sad) => ("A quiet day. I am here.", "Un día tranquilo. Aquí estoy."),
            Self::Mood(Mood::Sleeping) => ("Resting until work begins again.", "Descansando hasta que vuelva el trabajo."),
            Self::Ecstatic => ("I could hug the whole world!", "¡Abrazaría al mundo entero!"),
            Self::Fed => ("That was good. Thank you!", "Qué rico. ¡Gracias!"),
            Self::Watered => ("Ah, fresh water. Thank you!", "Ah, agua fresca. ¡Gracias!"),
            Self::Petted => ("That is nice.", "Qué gusto."),
        };
        in_language(language, words)
    }
}

/// Of English and Spanish words.
fn in_language(language: Language, (en, es): (&'static str, &'static str)) -> &'static str {
    match language {
        Language::En => en,
        Language::Es => es,
    }
}

/// What a screen reader says of a picture.
pub fn title(stage: Stage, mood: Mood, language: Language) -> String {
    let stage = match stage {
        Stage::Egg => ("Egg", "Huevo"),
        Stage::Hatchling => ("Hatchling", "Recién nacido"),
        Stage::Child => ("Child", "Pequeño"),
        Stage::Teen => ("Teen", "Joven"),
        Stage::Adult => ("Adult", "Adulto"),
        Stage::Elder => ("Elder", "Anciano"),
    };
    let mood = match mood {
        Mood::Happy => ("happy", "contento"),
        Mood::Calm => ("calm", "sereno"),
        Mood::Celebrating => ("celebrating", "de celebración"),
        Mood::Hungry => ("hungry", "con hambre"),
        Mood::Thirsty => ("thirsty", "con sed"),
        Mood::Tired => ("tired", "cansado"),
        Mood::Worried => ("worried", "preocupado"),
        Mood::Sad => ("quiet", "callado"),
        Mood::Sleeping => ("sleeping", "dormido"),
    };
    format!("{}, {}", in_language(language, stage), in_language(language, mood))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<Saying> {
        let others = [Saying::Ecstatic, Saying::Fed, Saying::Watered, Saying::Petted];
        Mood::ALL.iter().map(|mood| Saying::Mood(*mood)).chain(others).collect()
    }

    #[test]
    fn each_key_has_words_of_its_own_in_each_language() {
        let keys: BTreeSet<&str> = all().into_iter().map(Saying::key).collect();
        assert_eq!(keys.len(), all().len());
        let both = |saying: Saying| Language::ALL.iter().map(move |language| saying.text(*language));
        let texts: BTreeSet<&str> = all().into_iter().flat_map(both).collect();
        assert_eq!(texts.len(), all().len() * Language::ALL.len());
        assert!(
            texts.iter().all(|text| (5..=60).contains(&text.chars().count()) && text.ends_with(['.', '!', '?'])),
            "{texts:?}"
        );
    }

    #[test]
    fn each_picture_has_a_title_in_each_language() {
        let mut titles = BTreeSet::new();
        for stage in Stage::ALL {
            for mood in Mood::ALL {
                titles.extend(Language::ALL.iter().map(|language| title(*stage, *mood, *language)));
            }
        }
        assert_eq!(titles.len(), Stage::ALL.len() * Mood::ALL.len() * Language::ALL.len());
        // They stand in pictures as they are.
        assert!(titles.iter().all(|title| !title.contains(['&', '<', '>', '"'])));
    }
}
