# What today's wellbeing says. The texts are hints, and no legal advice. $limit is a number of hours or minutes.

hydration_too_fast = Más de un litro en una hora es más de lo que el cuerpo puede asimilar. Deja el próximo vaso para más tarde.
labour_daily_rest_ok = Has descansado { $limit } horas o más desde tu última jornada.
labour_daily_rest_near = Tu descanso desde la última jornada fue de poco más de { $limit } horas.
labour_daily_rest_broken = Tu descanso desde la última jornada fue de menos de { $limit } horas.
labour_weekly_rest_ok = En los últimos 7 días has tenido { $limit } horas seguidas de descanso.
labour_weekly_rest_near = Tu descanso más largo de los últimos 7 días fue de poco más de { $limit } horas.
labour_weekly_rest_broken = En los últimos 7 días no has tenido { $limit } horas seguidas de descanso.
labour_daily_hours_ok = Hoy estás lejos de las { $limit } horas de trabajo.
labour_daily_hours_near = Hoy te acercas a las { $limit } horas de trabajo.
labour_daily_hours_broken = Hoy llevas más de { $limit } horas de trabajo.
labour_weekly_hours_ok = En los últimos 7 días estás lejos de las { $limit } horas de trabajo.
labour_weekly_hours_near = En los últimos 7 días te acercas a las { $limit } horas de trabajo, que valen de media.
labour_weekly_hours_broken = En los últimos 7 días llevas más de { $limit } horas de trabajo, que valen de media.
labour_break_ok = Tus pausas bastan para el trabajo de hoy.
labour_break_near = Pronto harán falta { $limit } minutos de pausa hoy.
labour_break_broken = El trabajo de hoy necesita { $limit } minutos de pausa.
labour_night_ok = Tu trabajo nocturno está lejos de las { $limit } horas.
labour_night_near = Un día con trabajo nocturno se acerca a las { $limit } horas.
labour_night_broken = Un día con trabajo nocturno tiene más de { $limit } horas.
