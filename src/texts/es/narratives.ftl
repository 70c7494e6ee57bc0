# Los relatos de un día y de una semana. $time, $before son duraciones como 7 h 20 min, $start y $end horas del día, $date, $from y $to días con su
# mes, $weekday y $part nombres que están abajo, $tasks, $breaks, $days cantidades, $share un tanto por ciento.

story_date = { $day } de { $month }
story_part_night = de madrugada
story_part_morning = por la mañana
story_part_afternoon = por la tarde
story_part_evening = por la noche

story_day_title = El { $weekday } { $date }
story_day_off = Fue un día libre.
story_day_off_today = Hoy es un día libre.
story_day_open = El día no ha terminado.
story_day_nothing_1 = Este día no tiene trabajo terminado ni tareas.
story_day_nothing_2 = No hay trabajo terminado ni tareas de este día.
story_day_nothing_yet = Por ahora no hay trabajo terminado ni tareas. El día no ha terminado.
story_day_work_1 = Trabajaste { $time }, de { $start } a { $end }.
story_day_work_2 = Entre las { $start } y las { $end } trabajaste { $time }.
story_day_work_3 = De { $start } a { $end } hubo { $time } de trabajo.
story_day_work_only = Trabajaste { $time }.
story_day_part_1 = La mayor parte fue { $part }.
story_day_part_2 = Más de la mitad fue { $part }.
story_day_part_all = Todo fue { $part }.
story_day_tasks_1 = { $tasks ->
    [one] Completaste una tarea.
   *[other] Completaste { $tasks } tareas.
}
story_day_tasks_2 = { $tasks ->
    [one] Quedó hecha una tarea.
   *[other] Quedaron hechas { $tasks } tareas.
}
story_day_new_tasks = { $tasks ->
    [one] Hubo una tarea nueva.
   *[other] Hubo { $tasks } tareas nuevas.
}
story_day_breaks_1 = { $breaks ->
    [one] Hiciste una pausa de { $time }.
   *[other] Hiciste { $breaks } pausas, { $time } en total.
}
story_day_breaks_2 = { $breaks ->
    [one] Hubo una pausa de { $time }.
   *[other] Hubo { $breaks } pausas, que sumaron { $time }.
}
story_day_no_breaks = Tus sesiones no tienen ninguna pausa de cinco minutos o más.
story_day_more = El { $weekday } anterior tuvo menos: { $before }.
story_day_alike = El { $weekday } anterior fue muy parecido, con { $before }.
story_day_less = El { $weekday } anterior tuvo más: { $before }.
story_day_energy_1 = La energía que anotaste fue { $energy }.
story_day_energy_2 = Anotaste una energía de { $energy }.

story_week_title = Del { $from } al { $to }
story_week_open = La semana no ha terminado.
story_week_nothing_1 = Esta semana no tiene trabajo terminado ni tareas hechas.
story_week_nothing_2 = No hay trabajo terminado ni tareas hechas de esta semana.
story_week_nothing_yet = Por ahora no hay trabajo terminado ni tareas hechas. La semana no ha terminado.
story_week_work_1 = Esta semana trabajaste { $time }.
story_week_work_2 = La semana tuvo { $time } de trabajo.
story_week_work_3 = La semana sumó { $time } de trabajo.
story_week_tasks_1 = { $tasks ->
    [one] En esos días completaste una tarea.
   *[other] En esos días completaste { $tasks } tareas.
}
story_week_tasks_2 = { $tasks ->
    [one] Se hizo una tarea.
   *[other] Se hicieron { $tasks } tareas.
}
story_week_longest_1 = El día más largo fue el { $weekday }, con { $time }.
story_week_longest_2 = El { $weekday } fue el día más largo: { $time }.
story_week_thin = Hay muy pocos días con trabajo para decir más de la semana.
story_week_none_before = No hay trabajo en la semana anterior con el que compararla.
story_week_more_1 = Es más que en la semana anterior, que tuvo { $before }.
story_week_more_2 = La semana anterior tuvo menos: { $before } de trabajo.
story_week_alike_1 = La semana anterior fue muy parecida, con { $before }.
story_week_alike_2 = Es más o menos lo mismo que en la semana anterior: { $before }.
story_week_less_1 = Es menos que en la semana anterior, que tuvo { $before }.
story_week_less_2 = La semana anterior tuvo más: { $before } de trabajo.
story_week_rhythm = La mayoría de los días empezaste hacia las { $start } y acabaste hacia las { $end }.
story_week_breaks = De las pausas que tocaban en tus sesiones, hiciste a tiempo el { $share }.
story_week_overload = { $days ->
    [one] Un día fue más largo que el límite que fijaste.
   *[other] { $days } días fueron más largos que el límite que fijaste.
}
story_week_estimates = Las tareas con estimación llevaron el { $share } de lo estimado.
story_week_usual = En las cuatro semanas anteriores, el { $weekday } fue el día en que más hiciste, y la mayor parte del trabajo fue { $part }.
story_week_usual_weekday = En las cuatro semanas anteriores, el { $weekday } fue el día en que más hiciste.
story_week_usual_part = En las cuatro semanas anteriores, la mayor parte del trabajo fue { $part }.

weekday_1 = lunes
weekday_2 = martes
weekday_3 = miércoles
weekday_4 = jueves
weekday_5 = viernes
weekday_6 = sábado
weekday_7 = domingo
month_1 = enero
month_2 = febrero
month_3 = marzo
month_4 = abril
month_5 = mayo
month_6 = junio
month_7 = julio
month_8 = agosto
month_9 = septiembre
month_10 = octubre
month_11 = noviembre
month_12 = diciembre
