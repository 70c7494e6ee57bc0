# Reminders. $minutes is time worked, $behind an amount of millilitres, $until and $time are times of day.

nudge_break_due = You have worked for { $minutes } minutes. Take a break of five minutes or more.
nudge_break_overdue = You have worked for { $minutes } minutes without a break. Get up for a few minutes.
nudge_lunch = You have not had lunch yet. Take half an hour for it before { $until }.
nudge_hydration = You have drunk { $behind } ml less than planned until now. Have a glass of water.
nudge_session_running = Your work session has been running for { $hours } hours. End it if you are not working any more.
nudge_check_in = How much energy do you have today? Enter it, from 1 to 5.
nudge_tasks_due = A task of today is due at { $time }.
nudge_tasks_open = { $open ->
    [one] One task of today is still open.
   *[other] { $open } tasks of today are still open.
}
nudge_reconnect = { $provider } no longer lets Avanochi in. Connect it again, and your tasks go on being kept equal.
