//! Texts that people read, each under a stable key and in every language that there is. They are hints, and no legal advice. Pure.

use crate::accounts::settings::model::Language;

/// A key, the text in English, and the text in Spanish. `{limit}` stands for a number of hours or minutes.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "hydration_too_fast",
        "More than one litre within an hour is more than the body can take up. Let the next glass wait.",
        "Más de un litro en una hora es más de lo que el cuerpo puede asimilar. Deja el próximo vaso para más tarde.",
    ),
    (
        "labour_daily_rest_ok",
        "You had {limit} hours of rest or more since your last day of work.",
        "Has descansado {limit} horas o más desde tu última jornada.",
    ),
    (
        "labour_daily_rest_near",
        "Your rest since the last day of work was not much more than {limit} hours.",
        "Tu descanso desde la última jornada fue de poco más de {limit} horas.",
    ),
    (
        "labour_daily_rest_broken",
        "Your rest since the last day of work was less than {limit} hours.",
        "Tu descanso desde la última jornada fue de menos de {limit} horas.",
    ),
    (
        "labour_weekly_rest_ok",
        "Within the last 7 days you had {limit} hours of rest in a row.",
        "En los últimos 7 días has tenido {limit} horas seguidas de descanso.",
    ),
    (
        "labour_weekly_rest_near",
        "Your longest rest within the last 7 days was not much more than {limit} hours.",
        "Tu descanso más largo de los últimos 7 días fue de poco más de {limit} horas.",
    ),
    (
        "labour_weekly_rest_broken",
        "Within the last 7 days you had no {limit} hours of rest in a row.",
        "En los últimos 7 días no has tenido {limit} horas seguidas de descanso.",
    ),
    ("labour_daily_hours_ok", "Today is well within {limit} hours of work.", "Hoy estás lejos de las {limit} horas de trabajo."),
    ("labour_daily_hours_near", "Today comes close to {limit} hours of work.", "Hoy te acercas a las {limit} horas de trabajo."),
    ("labour_daily_hours_broken", "Today has more than {limit} hours of work.", "Hoy llevas más de {limit} horas de trabajo."),
    (
        "labour_weekly_hours_ok",
        "The last 7 dates are well within {limit} hours of work.",
        "En los últimos 7 días estás lejos de las {limit} horas de trabajo.",
    ),
    (
        "labour_weekly_hours_near",
        "The last 7 dates come close to {limit} hours of work, which holds on average.",
        "En los últimos 7 días te acercas a las {limit} horas de trabajo, que valen de media.",
    ),
    (
        "labour_weekly_hours_broken",
        "The last 7 dates have more than {limit} hours of work, which holds on average.",
        "En los últimos 7 días llevas más de {limit} horas de trabajo, que valen de media.",
    ),
    ("labour_break_ok", "Your breaks are long enough for the work of today.", "Tus pausas bastan para el trabajo de hoy."),
    (
        "labour_break_near",
        "Soon {limit} minutes of breaks will be needed today.",
        "Pronto harán falta {limit} minutos de pausa hoy.",
    ),
    (
        "labour_break_broken",
        "Today's work needs {limit} minutes of breaks.",
        "El trabajo de hoy necesita {limit} minutos de pausa.",
    ),
    (
        "labour_night_ok",
        "Your work at night is well within {limit} hours.",
        "Tu trabajo nocturno está lejos de las {limit} horas.",
    ),
    (
        "labour_night_near",
        "A day with work at night comes close to {limit} hours of work.",
        "Un día con trabajo nocturno se acerca a las {limit} horas.",
    ),
    (
        "labour_night_broken",
        "A day with work at night has more than {limit} hours of work.",
        "Un día con trabajo nocturno tiene más de {limit} horas.",
    ),
];

/// A text with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub key: &'static str,
    pub text: String,
}

/// The text under a key in a language, with its number; `None` for a key that there is not.
pub fn text(key: &str, language: Language, limit: u64) -> Option<Text> {
    let (key, english, spanish) = TEXTS.iter().find(|(known, ..)| *known == key)?;
    let text = match language {
        Language::En => english,
        Language::Es => spanish,
    };
    Some(Text { key, text: text.replace("{limit}", &limit.to_string()) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_key_has_a_text_in_each_language_with_the_same_number() {
        let keys: BTreeSet<&str> = TEXTS.iter().map(|(key, ..)| *key).collect();
        assert_eq!(keys.len(), TEXTS.len());
        for (key, english, spanish) in TEXTS {
            assert!(!english.is_empty() && !spanish.is_empty() && english != spanish, "{key}");
            let numbers = [english, spanish].map(|text| text.matches("{limit}").count());
            assert_eq!(numbers[0], numbers[1], "{key}");
            for language in [Language::En, Language::Es] {
                let text = text(key, language, 11).expect("a text");
                assert!(text.key == *key && !text.text.contains(['{', '}']), "{text:?}");
            }
        }
        assert_eq!(text("labour_unknown", Language::En, 1), None);
    }
}
