# Lo que recomienda el asistente. $hours y $ratio tienen un decimal, $from y $until son horas del día, $minutes, $days, $tasks son cantidades.

recommend_break_now = Llevas { $minutes } minutos seguidos de trabajo. Tómate ahora cinco minutos.
recommend_lunch_now = Es hora de comer y todavía no lo has hecho. Con media hora basta.
recommend_drink_water = Llevas { $ml } ml menos de los que pensabas beber. Toma un vaso de agua.
recommend_stop_for_today = Hoy llevas { $hours } horas de trabajo, y habías previsto { $target }. Lo que queda puede esperar a mañana.
recommend_rest_gap = Tu próxima jornada empieza dentro de { $hours } horas. Déjalo ya para descansar todo lo posible.
recommend_protect_weekend = Has trabajado en { $days } días libres en cuatro semanas. Deja libres los próximos: mueve lo que tengan previsto.
recommend_quiet_evening = Unas { $hours } horas de tu trabajo a la semana quedan fuera de tu horario. Las horas de silencio evitan avisos en ese tiempo.
recommend_end_on_time = Unas { $hours } horas de tu trabajo a la semana quedan fuera de tu horario. Elige un día para acabar a tu hora.
recommend_reschedule_overdue = Hay { $tasks } tareas atrasadas. Dales otra fecha, o descarta alguna.
recommend_split_large_task = Una de tus tareas tiene { $hours } horas estimadas. Divídela en pasos que quepan en una mañana.
recommend_split_old_task = En una tarea no ha pasado nada en { $days } días. Divídela y haz el primer paso.
recommend_cut_wip = Tienes { $tasks } tareas empezadas. Acaba una antes de la siguiente.
recommend_plan_light_week = La semana que viene apunta a { $hours } horas. Prevé menos mientras sea fácil.
recommend_focus_slot = De { $from } a { $until } es cuando más te cunde, según { $days } días con trabajo a esa hora. Guárdala para lo más importante.
recommend_re_estimate = Tus últimas { $tasks } tareas con estimación llevaron normalmente { $ratio } veces lo previsto. Prevé más tiempo para las próximas.
recommend_review_auto_closed = { $sessions ->
    [one] El final de una sesión de trabajo es solo una suposición. Di cuándo fue.
   *[other] Los finales de { $sessions } sesiones de trabajo son solo una suposición. Di cuándo fueron.
}
recommend_shorten_sessions = La mitad de tus sesiones dura { $minutes } minutos o más, y tu energía media fue de { $energy }. Prueba con 50 minutos de trabajo y diez de descanso.
recommend_start_small = En tus últimos { $days } días laborables no hay nada apuntado. Empieza con una tarea pequeña y una sesión corta.
recommend_celebrate = { $tasks } tareas en un día, más que en cualquier otro del último año, en el que el máximo fue { $before }. A tu compañero le gustaría saberlo.
recommend_check_in = Hace { $days } días que no dices cómo estás. Basta un número, y hace más segura la previsión.
recommend_reconnect_integration = Una de tus conexiones necesita que vuelvas a iniciar sesión. Hasta entonces no se sincroniza nada.
recommend_talk_to_someone = Tu carga es alta desde hace { $days } días. Habla con alguien de confianza, con tu médico o con el servicio de salud laboral de tu empresa. Esto no es un diagnóstico.

# Los factores del riesgo de sobrecarga.

risk_hours = { $value } horas de trabajo a la semana, según la última y las cuatro últimas.
risk_after_hours = { $value } horas por semana fuera de tu horario de trabajo.
risk_rest_days = { $value ->
    [one] Trabajo en un día libre en cuatro semanas.
   *[other] Trabajo en { $value } días libres en cuatro semanas.
}
risk_short_rest = { $value ->
    [one] Un descanso de menos de once horas en dos semanas.
   *[other] { $value } descansos de menos de once horas en dos semanas.
}
risk_breaks_skipped = De tus días de trabajo en dos semanas, el { $value } % fueron largos y tuvieron menos de media hora de pausas.
risk_trend_few = Hay muy pocas horas para hablar de una tendencia.
risk_trend = La última semana tuvo el { $value } % de las horas de una normal.
risk_backlog_little = No se te acumulan tareas.
risk_backlog_some = Se acumulan o se atrasan algunas tareas.
risk_backlog_much = Se acumulan o se atrasan muchas tareas.
risk_check_in = Tu energía fue de { $value } de media.
risk_unknown = De esto todavía no se sabe nada.
