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
nudge_reconnect_soon = { $provider } pronto ya no dejará entrar a Avanochi. Vuelve a conectarlo antes y tus tareas seguirán sincronizadas.
nudge_channel_off = Los mensajes ya no llegan a { $name }, así que ese canal se ha desactivado. Arréglalo y envía una prueba.

# Sobrecarga.

nudge_overload_ahead = Si la próxima semana va como la última, tu riesgo de sobrecarga será { $level }, sobre todo por { $because }. { $advice }
nudge_overload_reached = Tu riesgo de sobrecarga es { $level }, sobre todo por { $because }. { $advice }
overload_level_elevated = elevado
overload_level_high = alto
overload_two_factors = { $first } y { $second }
overload_factor_hours = las muchas horas
overload_factor_after_hours = el trabajo fuera de tu horario
overload_factor_rest_days = el trabajo en días libres
overload_factor_short_rest = los descansos cortos entre jornadas
overload_factor_breaks_skipped = las jornadas largas sin pausas
overload_factor_trend = el aumento de horas
overload_factor_backlog = las tareas que se acumulan
overload_factor_check_in = la poca energía que indicaste
overload_advice_hours = Elige un día de esta semana para acabar una hora antes.
overload_advice_after_hours = Deja una tarde de esta semana libre de trabajo.
overload_advice_rest_days = Deja libre el próximo día libre.
overload_advice_short_rest = Deja once horas entre el final de hoy y el comienzo de mañana.
overload_advice_breaks_skipped = Haz hoy media hora de pausas.
overload_advice_trend = Pasa algo de esta semana a otra posterior.
overload_advice_backlog = Da otras fechas a las tareas más atrasadas, o renuncia a algunas.
overload_advice_check_in = Prevé un día más ligero para mañana.
