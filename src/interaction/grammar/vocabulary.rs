//! Words for meals, rests, levels, views and priorities. Pure.

use super::{
    model::{Meal, Priority, Rest, View},
    numbers::number,
    text::{Word, form, phrase},
};

const MEALS: &[(&str, Option<Meal>)] = &[
    ("breakfast", Some(Meal::Breakfast)),
    ("desayuno", Some(Meal::Breakfast)),
    ("lunch", Some(Meal::Lunch)),
    ("almuerzo", Some(Meal::Lunch)),
    ("dinner", Some(Meal::Dinner)),
    ("supper", Some(Meal::Dinner)),
    ("cena", Some(Meal::Dinner)),
    ("snack", Some(Meal::Snack)),
    ("merienda", Some(Meal::Snack)),
    ("tentempie", Some(Meal::Snack)),
    ("colacion", Some(Meal::Snack)),
    ("meal", None),
    ("comida", None),
];
const EATEN: &[([&str; 3], Option<Meal>)] = &[
    (["he desayunado", "desayune", "acabo de desayunar"], Some(Meal::Breakfast)),
    (["he almorzado", "almorce", "acabo de almorzar"], Some(Meal::Lunch)),
    (["he cenado", "cene", "acabo de cenar"], Some(Meal::Dinner)),
    (["he merendado", "merende", "acabo de merendar"], Some(Meal::Snack)),
    (["he comido", "comi", "acabo de comer"], None),
];
const RESTS: &[(&str, Rest)] = &[
    ("micro", Rest::Micro),
    ("short", Rest::Short),
    ("coffee", Rest::Short),
    ("corto", Rest::Short),
    ("corta", Rest::Short),
    ("breve", Rest::Short),
    ("para el cafe", Rest::Short),
    ("el cafe", Rest::Short),
    ("un cafe", Rest::Short),
    ("de cafe", Rest::Short),
    ("long", Rest::Long),
    ("largo", Rest::Long),
    ("larga", Rest::Long),
    ("lunch", Rest::Lunch),
    ("para comer", Rest::Lunch),
    ("para almorzar", Rest::Lunch),
    ("comer", Rest::Lunch),
    ("almorzar", Rest::Lunch),
    ("de comida", Rest::Lunch),
    ("de almuerzo", Rest::Lunch),
    ("la comida", Rest::Lunch),
    ("el almuerzo", Rest::Lunch),
];
const LEVELS: &[(&str, u32)] = &[
    ("very low", 1),
    ("muy baja", 1),
    ("low", 2),
    ("baja", 2),
    ("medium", 3),
    ("normal", 3),
    ("media", 3),
    ("high", 4),
    ("alta", 4),
    ("very high", 5),
    ("muy alta", 5),
];
const VIEWS: &[(&str, View)] = &[
    ("overdue", View::Overdue),
    ("late", View::Overdue),
    ("atrasadas", View::Overdue),
    ("vencidas", View::Overdue),
    ("atrasado", View::Overdue),
    ("vencido", View::Overdue),
    ("upcoming", View::Upcoming),
    ("proximas", View::Upcoming),
    ("inbox", View::Inbox),
    ("sin fecha", View::Inbox),
    ("bandeja de entrada", View::Inbox),
];
const PRIORITIES: &[(&str, Priority)] = &[
    ("urgent", Priority::Urgent),
    ("urgente", Priority::Urgent),
    ("high priority", Priority::High),
    ("prioridad alta", Priority::High),
    ("alta prioridad", Priority::High),
    ("low priority", Priority::Low),
    ("prioridad baja", Priority::Low),
    ("baja prioridad", Priority::Low),
    ("medium priority", Priority::Medium),
    ("normal priority", Priority::Medium),
    ("prioridad media", Priority::Medium),
    ("media prioridad", Priority::Medium),
    ("prioridad normal", Priority::Medium),
];

/// Those of a list that begin there.
fn listed<T: Copy>(list: &[(&str, T)], words: &[Word], at: usize) -> Vec<(usize, T)> {
    list.iter().filter_map(|(said, value)| Some((phrase(words, at, said)?, *value))).collect()
}

/// Meals by their names; `None` for one that is told by the clock.
pub fn meals(words: &[Word], at: usize) -> Vec<(usize, Option<Meal>)> {
    listed(MEALS, words, at)
}

/// What meals are called.
pub fn meal_names() -> impl Iterator<Item = &'static str> {
    MEALS.iter().map(|(name, _)| *name)
}

/// What is said in Spanish of a meal that one had.
pub fn eaten(words: &[Word], at: usize) -> Vec<(usize, Option<Meal>)> {
    EATEN.iter().flat_map(|(said, meal)| said.iter().filter_map(|said| Some((phrase(words, at, said)?, *meal)))).collect()
}

pub fn rests(words: &[Word], at: usize) -> Vec<(usize, Rest)> {
    listed(RESTS, words, at)
}

pub fn views(words: &[Word], at: usize) -> Vec<(usize, View)> {
    listed(VIEWS, words, at)
}

pub fn priorities(words: &[Word], at: usize) -> Vec<(usize, Priority)> {
    listed(PRIORITIES, words, at)
}

/// Levels of energy, from 1 to 5.
pub fn levels(words: &[Word], at: usize) -> Vec<(usize, u32)> {
    let mut found = listed(LEVELS, words, at);
    if let Some((end, level)) = number(words, at).filter(|(_, level)| (1..=5).contains(level)) {
        found.push((end, level));
        let of = ["out of", "de", "sobre"].into_iter().filter_map(|said| phrase(words, end, said));
        found.extend(of.filter_map(|next| number(words, next)).filter(|(_, of)| *of == 5).map(|(end, _)| (end, level)));
    }
    let of_five = form(words, at).and_then(|word| word.strip_suffix("/5")).and_then(|level| level.parse().ok());
    found.extend(of_five.filter(|level| (1..=5).contains(level)).map(|level| (at + 1, level)));
    found
}
