# Lo que falla en una conexión con un servicio, y lo que conviene saber de los servicios.

connection_wrong_credential = El servicio ya no acepta tu credencial. Conéctalo de nuevo.
connection_forbidden = Tu credencial no permite lo que la conexión necesita.
connection_unreachable = No se puede llegar al servicio en este momento. Se volverá a intentar.
connection_not_found = El servicio no tiene lo que indican los ajustes de la conexión.
connection_choose_list = Hay varias listas en el servicio. Elige una de ellas.
connection_mass_deletion = Faltan { $gone } de { $of } elementos en el servicio. Di si sus tareas deben borrarse.
connection_oscillating = Otra cosa cambia una y otra vez los mismos elementos en el servicio.
connection_throttled = El servicio nos pide esperar. Se volverá a intentar.
connection_rejected = El servicio ha rechazado algunos de los cambios.
connection_app_misconfigured = Este servidor no está bien configurado para el servicio. Lo debe arreglar quien lo opera.
integration_edits_can_be_lost = El servicio no puede avisarnos de que un elemento se está cambiando en el mismo momento: de dos ediciones en un segundo, una puede perderse.
