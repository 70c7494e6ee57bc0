# What the program answers to what is said to it.

dialogue_work_started = You have been working since { $time }.
dialogue_already_working = You are working already.
dialogue_not_working = You are not working at the moment.
dialogue_work_paused = Work is paused.
dialogue_already_paused = Work is paused already.
dialogue_work_resumed = Work goes on.
dialogue_not_paused = Work is not paused.
dialogue_work_ended = Work has ended after { $time }.
dialogue_what_task = What is the task to be called?
dialogue_task_added = Added: { $title }
dialogue_task_added_for = Added for { $due }: { $title }
dialogue_date_of_year = { $day } { $month } { $year }
dialogue_date_and_time = { $date } at { $time }
dialogue_which_task = Which task? Say a word of its title, or ask for your tasks and say the number.
dialogue_which_list = There is no number { $number } in a list shown in the last 15 minutes. Ask for your tasks first.
dialogue_several_tasks = Which of these? { $tasks }
dialogue_too_many_tasks = { $count } tasks match. Say more of the title.
dialogue_too_many_open = You have more than { $count } open tasks, which are too many to look through. Ask for a list, such as "overdue", and say the number.
dialogue_no_task = No open task matches "{ $title }".
dialogue_task_gone = That task is not open any more.
dialogue_task_done = Done: { $title }
dialogue_tasks = { $count ->
    [one] One task
   *[other] { $count } tasks
}: { $tasks }
dialogue_first_tasks = More than { $count } tasks. The first { $count }: { $tasks }
dialogue_no_tasks = There is nothing on that list.
dialogue_water = { $ml } ml of water noted.
dialogue_meal = Noted: { $meal }.
dialogue_breakfast = breakfast
dialogue_lunch = lunch
dialogue_dinner = dinner
dialogue_snack = a snack
dialogue_rest_started = Your break has begun.
dialogue_already_resting = A break is under way already.
dialogue_not_resting = No break is under way.
dialogue_rest_ended = Your break is over.
dialogue_which_energy = How is your energy, from 1 to 5?
dialogue_energy = Energy { $energy } of 5 noted.
dialogue_stats = Today: { $hours } h of work, { $done ->
    [one] one task
   *[other] { $done } tasks
} done. Days in a row: { $streak }.
dialogue_week = This week: { $hours } h of work on { $days ->
    [one] one day
   *[other] { $days } days
}, { $done ->
    [one] one task
   *[other] { $done } tasks
} done.
dialogue_help = Say for example: "start work", "pause", "stop", "add buy milk tomorrow at 9", "done milk", "my tasks", "water", "I had lunch", "take a break", "energy 4", "stats", "my week", "undo".
dialogue_undone = I have undone the last command.
dialogue_nothing_to_undo = There is nothing to undo.
dialogue_changed_since = It has changed since, so it stays as it is.
dialogue_refused = That cannot be: its time or a value is out of bounds, or it overlaps something else. Nothing was done.
dialogue_unknown = I did not understand that. Did you mean { $near }?
dialogue_confirm = Shall I do this? { $what }
dialogue_rest_micro = a micro break
dialogue_rest_short = a short break
dialogue_rest_long = a long break
dialogue_rest_lunch = a lunch break
dialogue_priority_low = low priority
dialogue_priority_medium = medium priority
dialogue_priority_high = high priority
dialogue_priority_urgent = urgent
dialogue_name_start_work = start work
dialogue_name_end_work = stop work
dialogue_name_pause_work = pause work
dialogue_name_resume_work = resume work
dialogue_name_add_task = add a task
dialogue_name_complete_task = complete a task
dialogue_name_list_tasks = my tasks
dialogue_name_log_water = log water
dialogue_name_log_meal = log a meal
dialogue_name_start_rest = take a break
dialogue_name_end_rest = end the break
dialogue_name_log_energy = my energy level
dialogue_name_show_stats = my statistics
dialogue_name_show_week = my week
dialogue_name_show_companion = how is my companion
dialogue_name_help = help
dialogue_name_undo = undo
