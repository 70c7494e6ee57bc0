# Reminders. $minutes is time worked, $behind an amount of millilitres, $until and $time are times of day.

nudge_break_due = Llevas { $minutes } minutos de trabajo. Haz una pausa de cinco minutos o más.
nudge_break_overdue = Llevas { $minutes } minutos de trabajo sin pausa. Levántate unos minutos.
nudge_lunch = Todavía no has comido. Tómate media hora para ello antes de las { $until }.
nudge_hydration = Has bebido { $behind } ml menos de lo previsto hasta ahora. Toma un vaso de agua.
nudge_session_running = Tu sesión de trabajo lleva { $hours } horas en marcha. Termínala si ya no trabajas.
nudge_check_in = ¿Cuánta energía tienes hoy? Anótala, de 1 a 5.
nudge_tasks_due = Una tarea de hoy vence a las { $time }.
nudge_tasks_open = { $open ->
    [one] Una tarea de hoy sigue abierta.
   *[other] { $open } tareas de hoy siguen abiertas.
}
nudge_reconnect = { $provider } ya no deja entrar a Avanochi. Vuelve a conectarlo y tus tareas seguirán sincronizadas.
