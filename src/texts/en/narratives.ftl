# The stories of a day and of a week. $time, $before are lengths of time such as 7 h 20 min, $start and $end times of day, $date, $from and $to
# days with their months, $weekday and $part names that are below, $tasks, $breaks, $days counts, $share a number of percent.

story_date = { $day } { $month }
story_part_night = at night
story_part_morning = in the morning
story_part_afternoon = in the afternoon
story_part_evening = in the evening

story_day_title = { $weekday }, { $date }
story_day_off = It was a day off.
story_day_off_today = Today is a day off.
story_day_open = The day is not over.
story_day_nothing_1 = This day has no finished work and no tasks.
story_day_nothing_2 = No finished work and no tasks were noted for this day.
story_day_nothing_yet = So far there is no finished work and no task. The day is not over.
story_day_work_1 = You worked { $time }, from { $start } to { $end }.
story_day_work_2 = Between { $start } and { $end } you worked { $time }.
story_day_work_3 = From { $start } to { $end } there were { $time } of work.
story_day_work_only = You worked { $time }.
story_day_part_1 = Most of it was { $part }.
story_day_part_2 = More than half of that was { $part }.
story_day_part_all = All of it was { $part }.
story_day_tasks_1 = { $tasks ->
    [one] You completed one task.
   *[other] You completed { $tasks } tasks.
}
story_day_tasks_2 = { $tasks ->
    [one] One task got done.
   *[other] { $tasks } tasks got done.
}
story_day_new_tasks = { $tasks ->
    [one] There was one new task.
   *[other] There were { $tasks } new tasks.
}
story_day_breaks_1 = { $breaks ->
    [one] You took one break, { $time } long.
   *[other] You took { $breaks } breaks, { $time } in all.
}
story_day_breaks_2 = { $breaks ->
    [one] There was one break of { $time }.
   *[other] There were { $breaks } breaks, which came to { $time }.
}
story_day_no_breaks = Your sessions have no break of five minutes or more.
story_day_more = The { $weekday } before had less: { $before }.
story_day_alike = The { $weekday } before was much the same, with { $before }.
story_day_less = The { $weekday } before had more: { $before }.
story_day_energy_1 = The energy that you entered was { $energy }.
story_day_energy_2 = You entered an energy of { $energy }.

story_week_title = From { $from } to { $to }
story_week_open = The week is not over.
story_week_nothing_1 = This week has no finished work and no completed task.
story_week_nothing_2 = No finished work and no completed task were noted for this week.
story_week_nothing_yet = So far there is no finished work and no completed task. The week is not over.
story_week_work_1 = You worked { $time } this week.
story_week_work_2 = The week had { $time } of work.
story_week_work_3 = The week came to { $time } of work.
story_week_tasks_1 = { $tasks ->
    [one] In these days you completed one task.
   *[other] In these days you completed { $tasks } tasks.
}
story_week_tasks_2 = { $tasks ->
    [one] One task was done.
   *[other] { $tasks } tasks were done.
}
story_week_longest_1 = The longest day was { $weekday }, with { $time }.
story_week_longest_2 = { $weekday } was the longest day: { $time }.
story_week_thin = There are too few days with work to say more of the week.
story_week_none_before = There is no work in the week before to compare it with.
story_week_more_1 = That is more than in the week before, which had { $before }.
story_week_more_2 = The week before had less: { $before } of work.
story_week_alike_1 = The week before was much the same, with { $before }.
story_week_alike_2 = That is about as much as in the week before: { $before }.
story_week_less_1 = That is less than in the week before, which had { $before }.
story_week_less_2 = The week before had more: { $before } of work.
story_week_rhythm = You mostly began around { $start } and ended around { $end }.
story_week_breaks = Of the breaks that fell due in your sessions, { $share } were taken in time.
story_week_overload = { $days ->
    [one] One day was longer than the limit that you set.
   *[other] { $days } days were longer than the limit that you set.
}
story_week_estimates = Tasks with an estimate took { $share } of the time estimated.
story_week_usual = In the four weeks before, { $weekday } was the day with most done, and most of the work was { $part }.
story_week_usual_weekday = In the four weeks before, { $weekday } was the day with most done.
story_week_usual_part = In the four weeks before, most of the work was { $part }.

weekday_1 = Monday
weekday_2 = Tuesday
weekday_3 = Wednesday
weekday_4 = Thursday
weekday_5 = Friday
weekday_6 = Saturday
weekday_7 = Sunday
month_1 = January
month_2 = February
month_3 = March
month_4 = April
month_5 = May
month_6 = June
month_7 = July
month_8 = August
month_9 = September
month_10 = October
month_11 = November
month_12 = December
