# What is wrong with a connection to a service, and what people should know of services.

connection_wrong_credential = The service no longer accepts your credential. Connect again.
connection_forbidden = Your credential does not allow what the connection needs.
connection_unreachable = The service cannot be reached right now. It is tried again.
connection_not_found = The service does not have what the settings of the connection name.
connection_choose_list = There are several lists at the service. Choose one of them.
connection_mass_deletion = { $gone } of { $of } items are missing at the service. Say whether their tasks are to be deleted.
connection_oscillating = Something else keeps changing the same items at the service.
connection_throttled = The service asks us to wait. It is tried again.
connection_rejected = The service refused some of the changes.
connection_app_misconfigured = This server is not set up correctly for the service. Its operator has to mend that.
integration_edits_can_be_lost = The service cannot tell us that an item is being changed at the same moment: of two edits within a second, one can be lost.
