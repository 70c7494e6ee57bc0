//! What achievements are called and how they are earned, in each language. Pure.

use crate::accounts::settings::model::Language;

/// The name and the description under an achievement's id.
type Text = (&'static str, &'static str, &'static str);

const EN: &[Text] = &[
    ("first_task", "First task", "Complete a task."),
    ("first_session", "First session", "End a work session."),
    ("tasks_10", "Ten tasks", "Complete 10 tasks."),
    ("tasks_100", "A hundred tasks", "Complete 100 tasks."),
    ("tasks_500", "Five hundred tasks", "Complete 500 tasks."),
    ("tasks_1000", "A thousand tasks", "Complete 1,000 tasks."),
    ("ten_in_a_day", "Ten in a day", "Complete 10 tasks on one day."),
    ("clean_slate", "Clean slate", "End a day with 3 tasks done and nothing overdue."),
    ("early_bird", "Early bird", "Complete a task before 9:00 on 5 days."),
    ("focus_10h", "10 hours of focus", "Work 10 hours in sessions."),
    ("focus_50h", "50 hours of focus", "Work 50 hours in sessions."),
    ("focus_100h", "100 hours of focus", "Work 100 hours in sessions."),
    ("focus_500h", "500 hours of focus", "Work 500 hours in sessions."),
    ("deep_flow", "Deep flow", "Work a session of 90 minutes with no break overdue."),
    ("four_hour_day", "Four hours of focus", "Work 4 hours on one day. More brings nothing more."),
    ("streak_3", "3-day streak", "Achieve something 3 days in a row."),
    ("streak_7", "7-day streak", "Achieve something 7 days in a row."),
    ("streak_21", "21-day streak", "Achieve something 21 days in a row."),
    ("streak_50", "50-day streak", "Achieve something 50 days in a row."),
    ("streak_100", "100-day streak", "Achieve something 100 days in a row."),
    ("comeback", "Comeback", "Start a 3-day streak after 7 days or more without anything."),
    ("hydrated", "Hydrated", "Reach your water goal 5 days in a row."),
    ("ocean", "Ocean", "Log 100 litres of water."),
    ("lunch_hero", "Lunch hero", "Have lunch in time on 10 work days."),
    ("break_master", "Break master", "Have no break overdue on 5 work days in a row."),
    ("unplugged", "Unplugged", "Do not work after hours on 10 work days."),
    ("free_weekend", "Free weekend", "Keep 4 weekends free of work, each after a week with some."),
    ("rested", "Rested", "Rest 11 hours between work days for 28 days."),
    ("estimator", "Estimator", "Complete 20 tasks within a fifth of their estimate."),
    ("cool_down", "Cool down", "Lower your overload risk by 20 points within 14 days."),
    ("evolved_hatchling", "It hatched", "Reach level 2."),
    ("evolved_child", "Growing up", "Reach level 5."),
    ("evolved_teen", "A form of its own", "Reach level 10."),
    ("evolved_adult", "Fully grown", "Reach level 20."),
    ("evolved_elder", "Old and wise", "Reach level 40."),
    ("connected", "Connected", "Synchronise a first integration."),
    ("perfect_day", "Perfect day", "Reach the goals for tasks, focus and water, have lunch and miss no break on one day."),
    ("perfect_week", "Perfect week", "Have 5 perfect work days in a row."),
];

const ES: &[Text] = &[
    ("first_task", "Primera tarea", "Completa una tarea."),
    ("first_session", "Primera sesión", "Termina una sesión de trabajo."),
    ("tasks_10", "Diez tareas", "Completa 10 tareas."),
    ("tasks_100", "Cien tareas", "Completa 100 tareas."),
    ("tasks_500", "Quinientas tareas", "Completa 500 tareas."),
    ("tasks_1000", "Mil tareas", "Completa 1.000 tareas."),
    ("ten_in_a_day", "Diez en un día", "Completa 10 tareas en un mismo día."),
    ("clean_slate", "Todo al día", "Acaba un día con 3 tareas hechas y ninguna atrasada."),
    ("early_bird", "A primera hora", "Completa una tarea antes de las 9:00 en 5 días."),
    ("focus_10h", "10 horas de concentración", "Trabaja 10 horas en sesiones."),
    ("focus_50h", "50 horas de concentración", "Trabaja 50 horas en sesiones."),
    ("focus_100h", "100 horas de concentración", "Trabaja 100 horas en sesiones."),
    ("focus_500h", "500 horas de concentración", "Trabaja 500 horas en sesiones."),
    ("deep_flow", "Concentración profunda", "Trabaja una sesión de 90 minutos sin ninguna pausa atrasada."),
    ("four_hour_day", "Cuatro horas de concentración", "Trabaja 4 horas en un día. Más no da nada más."),
    ("streak_3", "Racha de 3 días", "Logra algo 3 días seguidos."),
    ("streak_7", "Racha de 7 días", "Logra algo 7 días seguidos."),
    ("streak_21", "Racha de 21 días", "Logra algo 21 días seguidos."),
    ("streak_50", "Racha de 50 días", "Logra algo 50 días seguidos."),
    ("streak_100", "Racha de 100 días", "Logra algo 100 días seguidos."),
    ("comeback", "De vuelta", "Empieza una racha de 3 días tras 7 días o más sin nada."),
    ("hydrated", "Bien hidratado", "Alcanza tu objetivo de agua 5 días seguidos."),
    ("ocean", "Océano", "Registra 100 litros de agua."),
    ("lunch_hero", "A la mesa", "Come a tu hora en 10 días laborables."),
    ("break_master", "Buenas pausas", "No dejes ninguna pausa atrasada en 5 días laborables seguidos."),
    ("unplugged", "Desconectado", "No trabajes fuera de horario en 10 días laborables."),
    ("free_weekend", "Fin de semana libre", "Deja 4 fines de semana sin trabajo, cada uno tras una semana con él."),
    ("rested", "Descansado", "Descansa 11 horas entre días de trabajo durante 28 días."),
    ("estimator", "Buen cálculo", "Completa 20 tareas con menos de un quinto de diferencia con lo estimado."),
    ("cool_down", "Con calma", "Baja tu riesgo de sobrecarga 20 puntos en 14 días."),
    ("evolved_hatchling", "Ha nacido", "Llega al nivel 2."),
    ("evolved_child", "Va creciendo", "Llega al nivel 5."),
    ("evolved_teen", "Con forma propia", "Llega al nivel 10."),
    ("evolved_adult", "Ya es mayor", "Llega al nivel 20."),
    ("evolved_elder", "Viejo y sabio", "Llega al nivel 40."),
    ("connected", "Conectado", "Sincroniza una primera integración."),
    (
        "perfect_day",
        "Día perfecto",
        "Alcanza los objetivos de tareas, concentración y agua, come a tu hora y no te saltes pausas.",
    ),
    ("perfect_week", "Semana perfecta", "Ten 5 días laborables perfectos seguidos."),
];

/// The name and the description of an achievement.
pub fn of(id: &str, language: Language) -> Option<(&'static str, &'static str)> {
    let texts = match language {
        Language::En => EN,
        Language::Es => ES,
    };
    texts.iter().find(|(known, ..)| *known == id).map(|(_, name, description)| (*name, *description))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::achievements::ALL;

    #[test]
    fn each_language_has_all_of_them_and_no_others() {
        let ids: Vec<&str> = ALL.iter().map(|achievement| achievement.id).collect();
        for texts in [EN, ES] {
            assert_eq!(texts.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), ids);
            assert!(texts.iter().all(|(_, name, description)| !name.is_empty() && description.ends_with('.')));
        }
        assert_eq!(of("comeback", Language::Es).map(|(name, _)| name), Some("De vuelta"));
        assert_eq!(of("unknown", Language::En), None);
    }
}
