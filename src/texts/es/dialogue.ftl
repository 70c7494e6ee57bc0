# Lo que el programa responde a lo que se le dice.

dialogue_work_started = Trabajas desde las { $time }.
dialogue_already_working = Ya estás trabajando.
dialogue_not_working = Ahora mismo no estás trabajando.
dialogue_work_paused = El trabajo está en pausa.
dialogue_already_paused = El trabajo ya estaba en pausa.
dialogue_work_resumed = El trabajo continúa.
dialogue_not_paused = El trabajo no está en pausa.
dialogue_work_ended = El trabajo ha terminado tras { $time }.
dialogue_what_task = ¿Cómo se llama la tarea?
dialogue_task_added = Añadida: { $title }
dialogue_task_added_for = Añadida para el { $due }: { $title }
dialogue_date_of_year = { $day } de { $month } de { $year }
dialogue_date_and_time = { $date } a las { $time }
dialogue_which_task = ¿Qué tarea? Di una palabra de su título, o pide tus tareas y di el número.
dialogue_which_list = No hay un número { $number } en una lista mostrada en los últimos 15 minutos. Pide antes tus tareas.
dialogue_several_tasks = ¿Cuál de estas? { $tasks }
dialogue_too_many_tasks = Coinciden { $count } tareas. Di algo más del título.
dialogue_too_many_open = Tienes más de { $count } tareas abiertas, demasiadas para buscar entre ellas. Pide una lista, como «atrasadas», y di el número.
dialogue_no_task = Ninguna tarea abierta coincide con «{ $title }».
dialogue_task_gone = Esa tarea ya no está abierta.
dialogue_task_done = Hecha: { $title }
dialogue_tasks = { $count ->
    [one] Una tarea
   *[other] { $count } tareas
}: { $tasks }
dialogue_first_tasks = Más de { $count } tareas. Las primeras { $count }: { $tasks }
dialogue_no_tasks = No hay nada en esa lista.
dialogue_water = Anotados { $ml } ml de agua.
dialogue_meal = Anotado: { $meal }.
dialogue_breakfast = el desayuno
dialogue_lunch = el almuerzo
dialogue_dinner = la cena
dialogue_snack = la merienda
dialogue_rest_started = Tu descanso ha empezado.
dialogue_already_resting = Ya hay un descanso en curso.
dialogue_not_resting = No hay ningún descanso en curso.
dialogue_rest_ended = Tu descanso ha terminado.
dialogue_which_energy = ¿Cómo está tu energía, de 1 a 5?
dialogue_energy = Anotada energía { $energy } de 5.
dialogue_stats = Hoy: { $hours } h de trabajo, { $done ->
    [one] una tarea hecha
   *[other] { $done } tareas hechas
}. Días seguidos: { $streak }.
dialogue_week = Esta semana: { $hours } h de trabajo en { $days ->
    [one] un día
   *[other] { $days } días
}, { $done ->
    [one] una tarea hecha
   *[other] { $done } tareas hechas
}.
dialogue_help = Di por ejemplo: «empieza a trabajar», «pausa», «para», «añade comprar pan mañana a las 9», «hecho pan», «mis tareas», «agua», «he comido», «hago un descanso», «energía 4», «estadísticas», «mi semana», «deshaz».
dialogue_undone = He deshecho lo último.
dialogue_nothing_to_undo = No hay nada que deshacer.
dialogue_changed_since = Ha cambiado desde entonces, así que se queda como está.
dialogue_refused = No es posible: su hora o un valor está fuera de los límites, o se solapa con otra cosa. No se ha hecho nada.
dialogue_unknown = No lo he entendido. ¿Querías decir { $near }?
dialogue_confirm = ¿Hago esto? { $what }
dialogue_rest_micro = una micropausa
dialogue_rest_short = un descanso corto
dialogue_rest_long = un descanso largo
dialogue_rest_lunch = un descanso para comer
dialogue_priority_low = prioridad baja
dialogue_priority_medium = prioridad media
dialogue_priority_high = prioridad alta
dialogue_priority_urgent = urgente
dialogue_name_start_work = empieza a trabajar
dialogue_name_end_work = deja de trabajar
dialogue_name_pause_work = pausa el trabajo
dialogue_name_resume_work = reanuda el trabajo
dialogue_name_add_task = nueva tarea
dialogue_name_complete_task = completa una tarea
dialogue_name_list_tasks = mis tareas
dialogue_name_log_water = anota un vaso de agua
dialogue_name_log_meal = registra una comida
dialogue_name_start_rest = hago un descanso
dialogue_name_end_rest = fin del descanso
dialogue_name_log_energy = mi energía
dialogue_name_show_stats = mis estadísticas
dialogue_name_show_week = mi semana
dialogue_name_show_companion = cómo está mi mascota
dialogue_name_help = ayuda
dialogue_name_undo = deshaz
