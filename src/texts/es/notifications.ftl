# Lo que se envía fuera de la página, y las páginas a las que llevan los enlaces de los correos. $name es el nombre de un canal o una conexión.

title_nudge_created = Un recordatorio de Avanochi
title_achievement_earned = Has conseguido un logro
title_summary_daily = Tu día en Avanochi
title_summary_weekly = Tu semana en Avanochi
title_risk_raised = Tu riesgo de sobrecarga
title_sync_attention = Algo en Avanochi necesita tu atención
title_channel_test = Una prueba de Avanochi
title_channel_verify = ¿Es tuya esta dirección?
notification_achievements = { $count ->
    [one] Has conseguido un logro: { $names }.
   *[other] Has conseguido { $count } logros: { $names }.
}
notification_needs_reauth = { $name } ya no acepta tu acceso. Vuelve a conectarlo para que tus tareas sigan sincronizadas allí.
notification_halted = Faltan muchos elementos en { $name }. Di en Avanochi si hay que borrar sus tareas.
notification_failed = No se ha podido sincronizar { $name } seis veces seguidas. Ahora se intenta con menos frecuencia.
notification_channel_off = Avanochi ya no envía nada a { $name }. { $problem }
notification_test = Esto es una prueba. Los mensajes de Avanochi llegan aquí.
notification_verify = Alguien, probablemente tú, quiere que Avanochi escriba a esta dirección. Confirma que es tuya antes de un día, o ignora este correo.
channel_failing = No ha llegado nada allí durante cinco días. Envía una prueba cuando vuelva a funcionar.
channel_gone = Ya no hay nadie en esta dirección, según ella misma.
channel_refused = El servicio ya no deja entrar a Avanochi.
channel_secret_lost = Este servidor ya no puede leer la dirección. Crea el canal de nuevo.
verify_question = ¿Quieres que Avanochi escriba a esta dirección?
verify_button = Sí, es mía
verify_done = Gracias. Desde ahora Avanochi escribe a esta dirección.
unsubscribe_nudges = ¿No quieres recibir más recordatorios por correo?
unsubscribe_summaries = ¿No quieres recibir más resúmenes por correo?
unsubscribe_achievements = ¿No quieres recibir más correos sobre logros?
unsubscribe_risk = ¿No quieres recibir más correos sobre tu riesgo de sobrecarga?
unsubscribe_sync = ¿No quieres recibir más correos sobre conexiones que necesitan atención?
unsubscribe_button = No quiero más
mail_open = Abrir Avanochi
mail_verify = Confirmar esta dirección
mail_unsubscribe = No quiero más correos como este
