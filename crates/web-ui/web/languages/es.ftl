## Before the pages begin

boot_open = Abrir { $link }
boot_insecure = Los navegadores reservan el cifrado y el almacenamiento para las páginas seguras. Abre la dirección https:// que el servidor mostró al iniciarse; en el propio equipo del servidor también sirve http://localhost.
boot_old_browser = No admite { $missing }. Actualízalo o usa una versión actual de Chrome, Edge, Firefox o Safari.
boot_not_started_title = Heliograph no se inició
boot_not_started = Recarga la página. Si eso no basta, puede que el servidor se haya actualizado: borra la caché de esta página. Tus mensajes están guardados.

## The pages

app_name = Heliograph
today = Hoy
yesterday = Ayer
list_separator = ,{ " " }
draft_too_long = Este borrador es demasiado largo para guardarlo. Envíalo por partes o guárdalo en otro sitio.
draft_not_kept = No se pudo guardar el borrador. Envíalo o cópialo antes de salir de esta página.
mark_not_kept = No se pudo registrar lo que has leído. Vuelve a abrir el chat más tarde.
not_loaded = No se pudieron cargar estos mensajes. Cierra el chat y ábrelo de nuevo.
keys = Atajos de teclado
keys_of_lists = En las listas de chats y mensajes
keys_of_composer = Al escribir
waiting = Esperando este mensaje. Se ha pedido a otros dispositivos.
new_message = Mensaje nuevo
camera_picture = Imagen de la cámara
camera_refused = Esta página no tiene permiso para usar la cámara. Dáselo en los ajustes del navegador para esta página.
camera_missing = No se encontró ninguna cámara, o la está usando otro programa.
opening = Abriendo tus mensajes…
reload = Recargar
start_again = Empezar de nuevo
other_tab_title = Heliograph está abierto en otra pestaña
other_tab_text = Solo una pestaña a la vez puede tener tus mensajes. Haz clic en «Usar aquí» para continuar en esta.
use_here = Usar aquí
chats_arriving = Tus chats están llegando desde tu teléfono.
halted_title = Heliograph se detuvo
halted_text = Ocurrió algo inesperado. Tus mensajes están guardados. Recarga la página para continuar.
unsent = Esto no se envió. Cópialo antes de recargar:
for_a_report = Para informar del problema
one_moment = Un momento…
next = Siguiente
later = Más tarde
finish = Finalizar
done = Listo
close = Cerrar
cancel = Cancelar
save = Guardar
back = Atrás
try_again = Reintentar
unknown = se desconoce
number_title = Tu número de teléfono
number_label = Número de teléfono
phone_note = Esta página será el teléfono de tu cuenta: guarda la clave de la cuenta y vincula tus navegadores.
code_title = Introduce el código
code_label = Código de un solo uso
new_code = Enviar otro código
other_number = Cambiar el número
pin_title = Introduce tu PIN
pin_text = Este número tiene una cuenta protegida con un PIN de registro.
pin_label = PIN de seis dígitos
show_pin = Mostrar el PIN
hide_pin = Ocultar el PIN
choose_pin_title = Elige un PIN
choose_pin_text = Impide que otras personas registren tu número. Se te pide cuando vuelves a registrarte y antes de vincular un dispositivo con un código pegado.
set_pin = Guardar PIN
profile_title = Así te ven los demás
profile_text = Tu nombre y tu foto están cifrados; solo los ven las personas con las que te escribes.
losing_phone = Tus mensajes y la clave de tu cuenta están en el almacenamiento de este navegador. Si lo borras, se pierden, salvo que los tenga un dispositivo vinculado.
choose_photo = Elegir una foto
your_name = Tu nombre
about = Sobre ti
encrypted_footer = Cifrado de extremo a extremo
copy_failed = El navegador no permitió copiar.
chats = Chats
new_chat = Nuevo chat
search_chats = Buscar chats y mensajes
filter = Filtro
all = Todos
unread = Sin leer
archived = Archivados
marked_unread = marcado como no leído
is_pinned = fijado
muted = silenciado
unread_messages = sin leer
typing = escribiendo…
draft = Borrador:
loading_chats = Cargando chats
loading_messages = Cargando mensajes
show_all = Ver todos los chats
no_chats = Aquí estarán tus chats. Escribe a alguien de este servidor.
mirror_progress = Progreso de la sincronización
notes = Notas personales
notes_text = Notas para ti, en todos tus dispositivos
you = Tú
message_menu = Menú del mensaje
send_again = No se envió. Enviar otra vez
copied = Copiado
copy = Copiar
star = Destacar
unstar = Quitar destacado
message_info = Información del mensaje
write_message = Mensaje
send = Enviar
no_chat_open = Elige un chat para leer y escribir.
phone_may_be_off = No hace falta que tu teléfono esté encendido.
no_messages = Aún no hay mensajes. Escribe el primero.
chat_info = Información del chat
chat_menu = Menú del chat
pin = Fijar arriba
unpin = Desfijar
mute = Silenciar…
mark_read = Marcar como leído
now_archived = Chat archivado
unarchived = Chat desarchivado
undo = Deshacer
list_width = Ancho de la lista
mark_unread = Marcar como no leído
archive = Archivar
unarchive = Desarchivar
close_chat = Cerrar chat
history_arriving = Los mensajes anteriores están llegando desde tu teléfono.
not_yet = todavía no
time_unknown = sí, a una hora que este dispositivo no conoce
sent_at = Enviado
received = Recibido
delivered_at = Entregado
read_at = Leído
history = Historial en este dispositivo
complete = Completo
arriving = Está llegando desde tu teléfono
devices = Dispositivos
safety_number = Número de seguridad
verified = Ya lo comparaste
not_verified = Aún sin comparar
verify = Coinciden
unverify = Anular la comparación
scan_theirs = Escanear su código
show_digits = Ver los dígitos
safety_scan_text = Apunta la cámara al código que la otra persona ve en Número de seguridad, en su chat contigo.
safety_same = Los códigos coinciden: nadie se interpone en la conversación. Guárdalo con «Coinciden».
safety_qr = Número de seguridad como código QR
contact_name = Nombre del contacto
saved = Guardado
number_or_link = Número de teléfono o enlace de contacto
their_name = Nombre (opcional)
write_to = Abrir chat
scan_a_code = Escanear un código
scan_any_text = Apunta la cámara al código del navegador que quieres vincular, o al código de contacto de alguien.
scan_instead = Sin cámara: un navegador se vincula en Dispositivos vinculados; una persona se añade en Nuevo chat.
scan_contact = Escanear el QR de un contacto
my_code = Mi código de contacto
my_code_short = Mi código
my_code_text = Quien escanee este código o abra el enlace puede escribirte.
copy_link = Copiar enlace de contacto
contacts = Contactos
no_contacts = Aquí aparecerá quien añadas: por número, enlace o código, o desde la información de un chat.
no_contact_fits = Ningún contacto tiene este nombre o número.
linked_devices = Dispositivos vinculados
devices_text_phone = Hasta ocho navegadores y terminales pueden reflejar esta cuenta. Una vez vinculados, tu teléfono puede estar apagado.
devices_text = Todos los dispositivos de tu cuenta. Se vinculan desde tu teléfono, y desde él se cierra la sesión de los demás.
link_a_device = Vincular un dispositivo
no_devices = Aún no hay dispositivos vinculados.
log_out = Cerrar sesión
log_out_all = Cerrar todas las sesiones
log_out_all_question = ¿Cerrar la sesión de todos los dispositivos vinculados? Tus mensajes se borrarán de ellos.
log_out_here_question = ¿Cerrar la sesión en este navegador? Tus mensajes se borrarán de él; seguirán en tu teléfono.
this_device = Este dispositivo
online_now = En línea ahora
never_seen = Sin actividad todavía
seen_unknown = No se sabe sin conexión
settings = Ajustes
change_pin = Cambiar el PIN de registro
set_a_pin = Crear un PIN de registro
remove_pin = Quitar PIN
notifications = Notificaciones
allow_notifications = Permitir notificaciones
appearance = Apariencia
theme = Colores
automatic = Automático
light = Claro
dark = Oscuro
direction = Dirección del texto
ltr = De izquierda a derecha
rtl = De derecha a izquierda
enter_sends = Enter envía el mensaje
read_receipts = Confirmaciones de lectura
sounds = Sonido para mensajes nuevos
your_profile = Tu perfil
offline = Sin conexión. Lo que escribas se enviará después.
try_now = Probar ahora
catching_up = Poniéndose al día…
new_version = Hay una versión nueva.
part_coming = Cargando…
part_missing_title = No se pudo cargar
part_missing = No se pudo cargar. Inténtalo de nuevo cuando tengas conexión.
part_gone = Hay una versión nueva. Recarga la página para abrir esto.
skip_to_chats = Ir a los chats
skip_to_composer = Ir a escribir
skips = Enlaces de acceso rápido
conversation = Conversación
sections = Secciones
seconds =
    { $n ->
        [one] { $n } segundo
       *[other] { $n } segundos
    }
minutes =
    { $n ->
        [one] { $n } minuto
       *[other] { $n } minutos
    }
hours =
    { $n ->
        [one] { $n } hora
       *[other] { $n } horas
    }
line_encrypted = Los mensajes de este chat están cifrados de extremo a extremo. Nadie ajeno al chat puede leerlos, ni siquiera el servidor.
line_safety_number_changed = Tu número de seguridad con { $who } cambió. Puede que tenga un teléfono nuevo; compáralo si es importante.
line_devices_changed =
    { $n ->
        [one] { $who } ahora usa { $n } dispositivo.
       *[other] { $who } ahora usa { $n } dispositivos.
    }
line_history_differs = Los miembros de este chat ven historiales distintos. No te fíes del servidor.
line_unknown_device = Un dispositivo de este chat no está en la lista firmada de su titular. No se envía nada hasta que se elimine.
line_own_device_linked = Vinculaste un dispositivo: { $device }.
line_own_device_unlinked = Se cerró la sesión de un dispositivo: { $device }.
may_be_missing_before = Puede que falten mensajes anteriores al { $to }. Este dispositivo estuvo ausente más tiempo del que el servidor los guarda.
may_be_missing_of = Puede que falten mensajes del { $day }. Este dispositivo estuvo ausente más tiempo del que el servidor los guarda.
may_be_missing_between = Puede que falten mensajes del { $from } al { $to }. Este dispositivo estuvo ausente más tiempo del que el servidor los guarda.
status_failed = No enviado
status_pending = Pendiente de envío
this_server = Este servidor
number_text = { $server } te envía un código para comprobar que es tuyo.
number_text_foreign = { $server } te envía un código para comprobar que es tuyo. Escríbelo con su código de país.
code_text = Se envió un código de { $length } dígitos a { $number }. ¿No es tu número? Cámbialo. Si el servidor es tuyo, el código aparece en su consola.
new_code_in = Otro código en { $wait }
nothing_found_for = No se encontraron chats ni mensajes con «{ $typed }».
all_is_read = Has leído todo.
archive_is_empty = No hay chats archivados.
menu_of = Menú de { $chat }
messages_with = Mensajes con { $who }
to_bottom = Ir al mensaje más reciente
to_bottom_unread =
    { $n ->
        [one] Ir al mensaje más reciente, { $n } mensaje sin leer
       *[other] Ir al mensaje más reciente, { $n } mensajes sin leer
    }
history_back_to = Completo desde: { $when }. Puede que aún lleguen mensajes anteriores de tus otros dispositivos.
complete_back_to = Completo desde: { $when }; lo demás aún puede llegar
safety_text = Compara estos dígitos, o el código, con lo que ve { $who }. Si coinciden, nadie se interpone en la conversación.
safety_differs = Los códigos no coinciden. Comprueba que { $who } muestra el código de su chat contigo; si es así, puede que alguien se interponga en la conversación. No escribas nada que otros no deban leer y avisa a quien administra el servidor.
mirror_waits = Esperando a tu teléfono. Abre Heliograph en él para continuar.
mirror_joins = Entrando en tus chats: { $done } de { $total }
mirror = Sincronizando: { $progress }
handed_over =
    { $n ->
        [one] { $done } de { $total } mensaje
       *[other] { $done } de { $total } mensajes
    }
log_out_question = ¿Cerrar la sesión de { $device }? Tus mensajes se borrarán de ese dispositivo de inmediato, o la próxima vez que se conecte.
last_seen = Última actividad: { $when }
linked_at = Vinculado { $when }
day_and_time = { $day }, { $time }
moment_today = hoy
moment_today_at = hoy a las { $time }
moment_yesterday = ayer
moment_yesterday_at = ayer a las { $time }
moment_weekday = el { $day }
moment_weekday_at = el { $day } a las { $time }
moment_date = el { $day }
moment_date_at = el { $day } a las { $time }
unread_messages_of =
    { $n ->
        [one] { $n } mensaje sin leer
       *[other] { $n } mensajes sin leer
    }
devices_of =
    { $n ->
        [one] { $n } dispositivo
       *[other] { $n } dispositivos
    }
key_through_list = Recorrer la lista
key_to_ends = Ir al principio, al final
key_open = Abrir el chat, o lo encontrado
key_menu = Menú
key_reply = Responder al mensaje
key_copy = Copiar el mensaje
key_star = Destacar el mensaje, o no
key_edit = Editar el mensaje
key_forward = Reenviar el mensaje
key_delete = Eliminar el mensaje
key_select = Al seleccionar: este mensaje, o no
key_select_to = Al seleccionar: todos hasta este mensaje
key_send = Enviar
key_line = Nueva línea
key_edit_last = Editar el último mensaje, si no hay nada escrito
language = Idioma
language_later = El idioma cambiará la próxima vez que abras esta página.
page_key_help = Esta ayuda
page_key_search_in_chat = Buscar en el chat abierto
page_key_next_chat = Chat siguiente
page_key_previous_chat = Chat anterior
page_key_next_unread = Siguiente chat sin leer
page_key_previous_unread = Chat sin leer anterior
page_key_next_landmark = Siguiente parte de la página
page_key_previous_landmark = Parte anterior de la página
page_key_archive = Archivar o desarchivar
page_key_mute = Silenciar el chat abierto
page_key_pin = Fijar el chat abierto
page_key_mark_unread = Marcar como no leído o leído
page_key_close = Cerrar lo que está encima

## Troubles

error_number_invalid = Esto no es un número de teléfono. Revisa sus dígitos y el código de país, si lo tiene, como en +12 345 678 900.
error_number_without_country = Escribe este número con el signo más y el código de país, como en +12 345 678 900.
error_number_unknown = Nadie en este servidor tiene este número. Revísalo o invita a esa persona.
error_code_expired = Este código ya no es válido. Pide otro.
error_pin_invalid = Un PIN tiene seis dígitos.
error_registration_closed = Este servidor no admite cuentas nuevas. Pregunta a quien lo administra.
error_invite_needed = Este servidor solo admite cuentas nuevas por invitación. Abre el enlace que te dieron o pregunta a quien lo administra.
error_invite_used = Esta invitación ya se usó. Pide otra a quien administra este servidor.
error_invite_expired = Esta invitación ya no es válida. Pide otra a quien administra este servidor.
error_invite_unknown = Este servidor no conoce esta invitación. Vuelve a abrir el enlace completo.
error_photo_invalid = No se pudo usar esta imagen. Elige otra.
error_text_empty = No hay nada que enviar.
error_text_too_long = Este mensaje es demasiado largo. Envíalo por partes.
error_too_late = Ya es tarde para eso: este mensaje ya no se puede cambiar para los demás.
error_reaction_invalid = Una reacción es un solo emoji.
error_other_account = Este número ahora es de otra cuenta, así que tu mensaje no se envió. Si es para esa persona, envíalo otra vez.
error_code_not_ours = Este no es un código de Heliograph. Escanea el código que muestra tu navegador en la dirección de tu servidor.
error_code_other_kind = Este es un código de Heliograph de otro tipo: los códigos de contacto se añaden como contactos; los de vinculación, en Dispositivos vinculados.
error_code_other_version = Este código se creó con otra versión de Heliograph. Recarga las dos páginas.
error_code_damaged = Este código está incompleto. Cópialo o escanéalo de nuevo.
error_code_other_server = Este código es de otro servidor. Abre la página de tu propio servidor.
error_digits_invalid = Escribe los cuatro dígitos que muestra el teléfono.
error_only_phone = Solo el teléfono puede hacer esto.
error_offline = Esto necesita conexión con el servidor. Inténtalo de nuevo cuando tengas conexión.
error_server_failed = El servidor respondió con un error. Inténtalo más tarde.
error_not_found = Esto ya no existe.
error_not_now = Esto no es posible ahora.
error_storage_full = El almacenamiento está lleno. Libera espacio; no se perdió nada.
error_internal = Ocurrió algo inesperado. Recarga la página; no se perdió nada.
error_code_wrong_too_often = El código fue incorrecto demasiadas veces. Pide otro.
error_code_wrong =
    { $tries ->
        [one] El código es incorrecto. Queda { $tries } intento.
       *[other] El código es incorrecto. Quedan { $tries } intentos.
    }
error_pin_wrong =
    { $tries ->
        [one] El PIN es incorrecto. Queda { $tries } intento.
       *[other] El PIN es incorrecto. Quedan { $tries } intentos.
    }
error_too_many = Demasiados intentos. Espera { $wait } e inténtalo de nuevo.
error_code_not_sent = No se pudo enviar el código. Inténtalo de nuevo dentro de { $wait } o pregunta a quien administra este servidor.
error_name_invalid = Un nombre tiene de 1 a { $max } caracteres.
error_about_too_long = Este texto tiene como máximo { $max } caracteres.
error_search_invalid = Una búsqueda tiene de 1 a { $max } caracteres.
unsupported_insecure_context_title = Esta página necesita HTTPS
unsupported_insecure_context = Abre la dirección https:// que mostró el servidor, o http://localhost en el mismo equipo.
unsupported_no_storage_title = Aquí no se pueden guardar mensajes
unsupported_no_storage = Heliograph guarda tus mensajes en este dispositivo, en un almacenamiento que no ofrecen las ventanas privadas, los sitios con los datos bloqueados ni algunos navegadores antiguos. Abre esta página en una ventana normal y permite que guarde datos.
unsupported_old_browser_title = Este navegador es demasiado antiguo
unsupported_old_browser = No admite { $missing }. Actualízalo o usa uno actual.
unsupported_newer_database_title = Tus mensajes se guardaron con una versión más nueva
unsupported_newer_database = Esta página es más antigua que la que los guardó. Recárgala; si eso no basta, pide a quien administra el servidor que la actualice. No se cambió nada.
unsupported_storage_full_title = El almacenamiento está lleno
unsupported_storage_full = Se agotó el disco, o el espacio que el navegador da a esta página. Libera espacio y recarga para continuar. Tus mensajes están guardados.
unsupported_server_version_title = Hay una versión nueva
unsupported_server_version = Heliograph se actualizó y esta página es de otra versión. Recárgala para continuar; no se pierde nada.
logged_out_by_user_title = Cerraste sesión
logged_out_by_user = Tus mensajes se borraron de este navegador. Siguen en tu teléfono.
logged_out_remotely_title = Se cerró la sesión de este dispositivo
logged_out_remotely = La cerró tu teléfono u otro de tus dispositivos. Tus mensajes se borraron de aquí; siguen en tu teléfono.
logged_out_number_moved_title = Tu número se registró en otro teléfono
logged_out_number_moved = Este dispositivo ya no está asociado a él, y sus mensajes se borraron. Si no fuiste tú, vuelve a registrar tu número y crea un PIN.
notice_device_linked = Se vinculó { $device } a tu cuenta. Si no fuiste tú, cierra su sesión en Dispositivos vinculados.
notice_device_linked_yesterday = Recordatorio: ayer se vinculó { $device } a tu cuenta. Si no fuiste tú, cierra su sesión.
notice_device_unlinked = Se cerró la sesión de { $device }.
notice_pin_changed = Se cambió tu PIN de registro.
notice_server_restored = El servidor se restauró desde una copia de seguridad. Lo que perdió se está enviando otra vez.
notice_storage_rolled_back = El almacenamiento de este dispositivo volvió a un estado anterior. Se está reparando.
notice_storage_not_persistent = El navegador puede borrar el almacenamiento de esta página cuando falte espacio. Instalar la aplicación lo evita.
notice_server_not_trusted = El servidor entregó algo que no supera la verificación ({ $what }). No se tomó nada de ello.

## Linking

link_title = Vincula este navegador con tu teléfono
link_qr_label = Código QR para vincular
copy_code = ¿Sin cámara? Copia el texto de este código
code_copied = Copiado. Pégalo en tu teléfono
reload_code = Mostrar otro código
no_phone_yet = ¿Aún no tienes cuenta?
open_phone = Abrir Heliograph como teléfono
digits_title = Escribe los dígitos que muestra tu teléfono
digits_label = Cuatro dígitos
checking = Comprobando…
certifying = Tu teléfono está certificando este navegador…
opening_overview = Tus chats están llegando…
linked_title = Vinculado
link_progress = Progreso de la vinculación
link_progress_text = Mantén Heliograph abierto en tu teléfono hasta que aparezcan tus chats.
fetching = Comprobando el código…
finishing = Vinculando. Mantén esta página abierta…
linked_text = Tus chats se están transfiriendo. Mantén esta página abierta hasta que termine.
all_handed_over = Ya salió todo de este teléfono. Cuando el otro dispositivo muestre todos tus chats, puedes apagar el teléfono.
handing_over = Progreso de la transferencia
scan_text = Abre Heliograph en el navegador que quieres vincular y apunta la cámara al código que aparece.
paste_warning = Pega solo un código que hayas copiado tú desde tu propio navegador. Nadie más tiene motivos para enviarte uno: quien lo hace quiere leer tus mensajes.
paste_label = Texto del código
no_camera = ¿Sin cámara? Pega el texto del código
use_camera = Usar la cámara
confirm_title = ¿Vincular este dispositivo?
confirm_warning = Este dispositivo podrá leer todos tus mensajes y escribir en tu nombre.
confirm_pasted = Este código se ha pegado. Si alguien te lo envió, cancela ahora.
browser = Dispositivo
network = Red
other_network = { " " }– no es la red de este teléfono
link_this = Vincular este dispositivo
type_these = Escribe estos dígitos en el navegador
type_these_text = Solo en un navegador que tengas delante. Nunca se los digas a nadie.
link_step_open = Abre Heliograph en tu teléfono
link_step_tap = Toca Dispositivos y luego Vincular un dispositivo
link_step_point = Apunta la cámara del teléfono a este código
digits_text = Este navegador se vinculará a la cuenta de { $name }.
digits_text_nameless = Demuestran que es tu propio teléfono el que vincula este navegador.
digits_wrong =
    { $tries ->
        [one] Los dígitos eran incorrectos. Queda { $tries } intento.
       *[other] Los dígitos eran incorrectos. Quedan { $tries } intentos.
    }
digit_label = Dígito { $n } de 4
link_in = Vincular este dispositivo en { $wait }
on_system = { $browser } en { $system }
linked = Se vinculó { $device }
link_failed_expired = Este código caducó
link_failed_expired_text = Los códigos duran un minuto. Escanea el que muestra ahora el navegador.
link_failed_tampered = La vinculación se detuvo por tu seguridad
link_failed_tampered_text = Lo que entregó el servidor no es lo que dice el código. Puede que alguien esté interfiriendo. No lo intentes de nuevo en esta red; avisa a quien administra el servidor.
link_failed_other_server = Este código es de otro servidor
link_failed_other_server_text = Abre la página del servidor en el que está tu cuenta y escanea el código allí.
link_failed_digits_wrong = Los dígitos fueron incorrectos tres veces
link_failed_digits_wrong_text = No se vinculó nada. Empieza de nuevo y escribe los dígitos que muestra el teléfono.
link_failed_cancelled_on_phone = Cancelado en el teléfono
link_failed_nothing = No se vinculó nada.
link_failed_cancelled_on_device = Cancelado en el otro dispositivo
link_failed_other_side_gone = El otro dispositivo dejó de responder
link_failed_other_side_gone_text = No se vinculó nada. Mantén abiertas las dos páginas y empieza de nuevo.
link_failed_not_confirmed = Vinculado, pero el dispositivo dejó de responder
link_failed_not_confirmed_text = Está en tu lista de dispositivos vinculados. Si no muestra tus chats, cierra allí su sesión y vuelve a vincularlo.
link_failed_too_many_devices = Ya hay ocho dispositivos vinculados
link_failed_too_many_devices_text = Cierra la sesión de uno en Dispositivos vinculados y empieza de nuevo.
link_failed_offline = Sin conexión
link_failed_offline_text = Para vincular, los dos dispositivos necesitan el servidor. Revisa la red e inténtalo de nuevo.
link_failed_devices_changed = Tus dispositivos cambiaron mientras tanto
link_failed_devices_changed_text = Se vinculó otro o se cerró la sesión de alguno. Vuelve a escanear el código.
link_failed_server_failed = El servidor no pudo hacerlo
link_failed_server_failed_text = Inténtalo de nuevo en un momento. Si vuelve a ocurrir, avisa a quien administra el servidor.

## Messages

waiting_short = Esperando este mensaje
newer = Este mensaje se envió con una versión más nueva. Actualiza para verlo.
a_message = Un mensaje
not_here = El mensaje original no está en este dispositivo
pin_message = Fijar para todos
unpin_message = Desfijar para todos
pinned_message = Mensaje fijado:
read_by = Leído por
delivered_to = Entregado a
not_delivered_to = Aún no entregado a
edited = Editado
reply = Responder
react = Reaccionar
more_emoji = Otro emoji
reactions_title = Reacciones
take_back = Quitar
edit = Editar
edit_message = Editar mensaje
edit_too_late = Este mensaje ya no se puede editar: pasaron sus 15 minutos. Tu texto sigue aquí; cópialo para enviarlo de nuevo.
stop_reply = No responder
stop_edit = Dejar de editar
delete = Eliminar
for_everyone = Eliminar para todos
for_me = Eliminar para mí
delete_unsent = Aún no se había enviado. Nadie lo recibirá.
delete_for_me_text = Se borra de todos tus dispositivos. Los demás lo conservan.
delete_note_text = Se borra de todos tus dispositivos.
delete_any_text = Para todos: los demás ven que hubo un mensaje. Para mí: se borra de tus dispositivos y los demás lo conservan.
delete_all_unsent = Aún no se habían enviado. Nadie los recibirá.
delete_all_for_me_text = Se borran de todos tus dispositivos. Los demás los conservan.
delete_all_notes_text = Se borran de todos tus dispositivos.
delete_all_any_text = Para todos: los demás ven que hubo mensajes. Para mí: se borran de tus dispositivos y los demás los conservan.
deleted_by_me = Eliminaste este mensaje
was_deleted = Se eliminó este mensaje
answering = en respuesta a { $who }: { $text }
reactions =
    { $n ->
        [one] { $which }, { $n } reacción
       *[other] { $which }, { $n } reacciones
    }
delete_one_title = ¿Eliminar mensaje?
delete_title =
    { $n ->
        [one] ¿Eliminar { $n } mensaje?
       *[other] ¿Eliminar { $n } mensajes?
    }
one_deleted_for_me = Mensaje eliminado para ti
deleted_for_me =
    { $n ->
        [one] { $n } mensaje eliminado para ti
       *[other] { $n } mensajes eliminados para ti
    }
emoji_hint_mac = Escribe o pega uno. ⌃⌘Espacio abre el selector de tu Mac.
emoji_hint_other = Escribe o pega uno. Tu sistema tiene un selector: en Windows se abre con Win+punto; en un teléfono está en el teclado.

## Disappearing messages

disappearing_title = Mensajes temporales
disappearing_in_new_chats = Mensajes temporales en chats nuevos
disappearing_in_new_chats_text = Para los chats que empieces y los grupos que crees. Los demás lo ven en el chat, y allí se puede cambiar.
disappearing_entry = Mensajes temporales…
disappearing_text = Los mensajes nuevos de este chat se borran de los dispositivos de todos cuando pasa este tiempo desde su envío, con sus archivos y aunque estén destacados. Lo que ya está aquí se queda. Aun así, alguien puede haber copiado lo que leyó o usar una versión anterior que lo conserve.
disappearing_off = Desde ahora los mensajes se conservan
disappears_at = Desaparece
disappeared = Este mensaje desapareció
disappears = desaparece
disappearing_choice_off = Desactivados
disappearing_choice_day = 24 horas
disappearing_choice_week = 7 días
disappearing_choice_ninety_days = 90 días
disappear_after =
    { $after ->
        [day] Los mensajes desaparecen después de 24 horas
        [week] Los mensajes desaparecen después de 7 días
       *[ninety_days] Los mensajes desaparecen después de 90 días
    }
line_disappearing_off =
    { $who ->
        [me] Desactivaste los mensajes temporales
       *[other] { $by } desactivó los mensajes temporales
    }
line_disappearing_day =
    { $who ->
        [me] Configuraste los mensajes temporales: desaparecen después de 24 horas
       *[other] { $by } configuró los mensajes temporales: desaparecen después de 24 horas
    }
line_disappearing_week =
    { $who ->
        [me] Configuraste los mensajes temporales: desaparecen después de 7 días
       *[other] { $by } configuró los mensajes temporales: desaparecen después de 7 días
    }
line_disappearing_ninety_days =
    { $who ->
        [me] Configuraste los mensajes temporales: desaparecen después de 90 días
       *[other] { $by } configuró los mensajes temporales: desaparecen después de 90 días
    }

## Files

record = Grabar un mensaje de voz
voice_note = Mensaje de voz
drop_recording = Descartar
pause_recording = Pausar
go_on_recording = Seguir grabando
nothing_recorded = No se grabó nada. ¿Sigue conectado el micrófono?
microphone_refused = Esta página no tiene permiso para usar el micrófono. Dáselo en los ajustes del navegador para esta página.
microphone_missing = No se encontró ningún micrófono, o lo está usando otro programa.
attach = Adjuntar
photos_and_videos = Fotos y videos
document = Documento
drop_here = Suelta aquí los archivos para enviarlos
caption = Comentario
quality = Fotos
quality_standard = Estándar
quality_hd = HD
quality_as_is = Como documentos
quality_note = Las fotos se reducen y se les quita el lugar donde se tomaron.
quality_as_is_note = Las fotos se envían tal cual, con todo lo que la cámara escribió en ellas, también el lugar.
film_note = Los videos se envían tal cual, con todo lo que la cámara escribió en ellos, también el lugar.
cannot_show = Esta imagen no se puede mostrar aquí, pero se puede guardar.
cannot_play = Esto no se puede reproducir aquí, pero se puede guardar.
save_as = Guardar como…
viewer = Fotos y videos de este chat
next_media = Siguiente
previous_media = Anterior
zoom_in = Ampliar
zoom_out = Reducir
position = Posición
kind_photo = Foto
kind_video = Video
kind_audio = Audio
kind_voice = Mensaje de voz
kind_document = Documento
file_too_large = Un archivo tiene como máximo { $size }. Envíalo por partes.
files_on_their_way = Ya hay { $max } archivos en camino. Espera a que lleguen algunos.
file_not_read = No se puede leer este archivo. Elígelo de nuevo.
file_stopped = Detenido
file_gone = El servidor ya no tiene este archivo. Pídeselo a quien lo envió.
file_damaged = Lo que llegó no es lo que se envió, así que no se muestra.
file_no_room_here = No hay espacio en este dispositivo. Libera un poco e inténtalo de nuevo.
file_no_room_there = El servidor no tiene espacio ahora para este archivo. Inténtalo más tarde.
file_too_large_there = El servidor no acepta archivos tan grandes como este.
file_own_unreadable = Ya no se pudo leer el archivo. Elígelo de nuevo.
file_cannot_be_read = No se puede leer este archivo.
stop_sending_file =
    { $what ->
        [named] Dejar de enviar { $name }
        [photo] Dejar de enviar la foto
        [video] Dejar de enviar el video
        [audio] Dejar de enviar el audio
        [voice] Dejar de enviar el mensaje de voz
       *[document] Dejar de enviar el documento
    }
stop_downloading_file =
    { $what ->
        [named] Dejar de descargar { $name }
        [photo] Dejar de descargar la foto
        [video] Dejar de descargar el video
        [audio] Dejar de descargar el audio
        [voice] Dejar de descargar el mensaje de voz
       *[document] Dejar de descargar el documento
    }
download =
    { $what ->
        [named] Descargar { $name }, { $size }
        [photo] Descargar la foto, { $size }
        [video] Descargar el video, { $size }
        [audio] Descargar el audio, { $size }
        [voice] Descargar el mensaje de voz, { $size }
       *[document] Descargar el documento, { $size }
    }
save_file =
    { $what ->
        [named] Guardar { $name }
        [photo] Guardar la foto
        [video] Guardar el video
        [audio] Guardar el audio
        [voice] Guardar el mensaje de voz
       *[document] Guardar el documento
    }
open_media =
    { $what ->
        [named] Abrir { $name }
        [photo] Abrir la foto
        [video] Reproducir el video
        [audio] Abrir el audio
        [voice] Abrir el mensaje de voz
       *[document] Abrir el documento
    }
play =
    { $what ->
        [photo] Reproducir la foto
        [video] Reproducir el video
        [audio] Reproducir el audio
        [voice] Reproducir el mensaje de voz
       *[document] Reproducir el documento
    }
pause_media =
    { $what ->
        [photo] Pausar la foto
        [video] Pausar el video
        [audio] Pausar el audio
        [voice] Pausar el mensaje de voz
       *[document] Pausar el documento
    }
speed = Velocidad: { $speed }×
send_files =
    { $n ->
        [one] ¿Enviar este archivo?
       *[other] ¿Enviar { $n } archivos?
    }
preparing = Preparando { $n } de { $of }…
too_many_files = El máximo es de { $max } archivos a la vez. Aquí están los primeros { $max }.
remove_file = Quitar { $name }
file_unreadable = No se puede leer { $name }, y no se envió. Elígelo de nuevo.
not_made_smaller = Este navegador no puede reducir { $name }, y no se envió. Como documento se envía tal cual.
file_refused = No se envió { $name }. { $why }
place_in = { $at } de { $all }
file_being_sent = enviándose
file_not_downloaded = sin descargar
file_being_downloaded = descargándose
in_viewer = { $at } de { $of }

## Editing of photos

edit_photo_title = Editar foto
edited_photo = La foto tal como se enviará
turn = Girar
mirror_photo = Reflejar
crop = Recortar
draw = Dibujar
cut_here = Aplicar
square = Cuadrado
move_frame = Lo que se conserva. Muévelo con las flechas.
colour = Color
width = Trazo
thin = Fino
thick = Grueso
use_photo = Usar
not_edited = Esta foto no se puede editar aquí.
edit_photo = Editar { $name }
corner_top_left = Esquina superior izquierda. Muévela con las flechas.
corner_top_right = Esquina superior derecha. Muévela con las flechas.
corner_bottom_left = Esquina inferior izquierda. Muévela con las flechas.
corner_bottom_right = Esquina inferior derecha. Muévela con las flechas.
colour_white = Blanco
colour_black = Negro
colour_red = Rojo
colour_yellow = Amarillo
colour_blue = Azul

## Emoji

emoji_label = Emoji
search_emoji = Buscar emojis
skin_tone = Tono de piel
emoji_groups = Categorías de emojis
no_emoji_found = Ningún emoji se llama así.
show_emoji = Emojis
emoji_group_faces = Caras y emociones
emoji_group_people = Personas
emoji_group_nature = Animales y naturaleza
emoji_group_food = Comida y bebida
emoji_group_travel = Viajes y lugares
emoji_group_activities = Actividades
emoji_group_things = Objetos
emoji_group_symbols = Símbolos
emoji_group_flags = Banderas
emoji_group_last = Recientes

## Searching

carried = Multimedia, archivos y enlaces
carried_pictures = Fotos y videos
carried_files = Archivos
carried_links = Enlaces
nothing_carried = Aquí aún no se ha enviado nada de este tipo
messages_found = Mensajes
searching = Buscando…
nothing_found = No se encontraron mensajes
show_more = Ver más
found_full = Hay más resultados: añade una palabra para verlos
you_said = Tú:{ " " }
search_in_chat = Buscar en este chat
search_in_chat_text = Escribe palabras del mensaje, o elige quién lo envió, qué contiene o de qué días es.
search_messages = Buscar mensajes
filter_messages = Filtrar mensajes
sender = Remitente
anybody = Cualquiera
kind = Tipo
any_kind = Todo
from_day = Desde
to_day = Hasta
starred_messages = Destacados
no_stars = Aquí estarán los mensajes que destaques. Para destacar uno, abre su menú y elige Destacar, o pulsa S sobre él.
select = Seleccionar
is_selected = Seleccionado
selection = Mensajes seleccionados
stop_selecting = Dejar de seleccionar
chosen_full = Se pueden seleccionar como máximo 100 mensajes.
forward = Reenviar
forwarded = Reenviado
search_recipients = Buscar a quién enviarlo
forward_full = Ya son 5 chats: es el máximo a la vez.
forward_none = Ningún chat tiene este nombre o número.
is_starred = Destacado
forward_invalid = Solo se pueden reenviar textos: de 1 a { $messages }, a entre 1 y { $chats } chats.
found =
    { $n ->
        [one] { $n } mensaje encontrado
       *[other] { $n } mensajes encontrados
    }
more_found = Más de { $n } mensajes encontrados
not_indexed =
    { $n ->
        [one] Aún se están indexando mensajes anteriores: falta { $n }
       *[other] Aún se están indexando mensajes anteriores: faltan { $n }
    }
selected =
    { $n ->
        [one] { $n } seleccionado
       *[other] { $n } seleccionados
    }
starred =
    { $n ->
        [one] { $n } mensaje destacado
       *[other] { $n } mensajes destacados
    }
no_longer_starred =
    { $n ->
        [one] { $n } mensaje ya no está destacado
       *[other] { $n } mensajes ya no están destacados
    }
forward_title =
    { $n ->
        [one] Reenviar mensaje
       *[other] Reenviar { $n } mensajes
    }
forward_to = A { $chats }
forwarded_to = Reenviado a { $chat }
forwarded_to_chats =
    { $n ->
        [one] Reenviado a { $n } chat
       *[other] Reenviado a { $n } chats
    }

## Naming people

named_here = Te mencionan
offered_people = Personas y emojis
everybody_text = Todo el grupo
to_named = Ir a donde te mencionan

## People and places

people = Contacto
people_title = Enviar contactos
people_search = Buscar en tus contactos
card_write = Mensaje
card_save = Guardar contacto
place_title = Enviar una ubicación
place_here = Usar mi ubicación
place_looking = Preguntando a este dispositivo…
place_name = Qué hay ahí (opcional)
degrees = Latitud, longitud
degrees_invalid = Escribe dos números: los grados norte y luego los grados este. Los mapas los muestran así: 52.52000, 13.40500.
open_map = Abrir en OpenStreetMap
cards_invalid = Elige de 1 a 10 personas, cada una con un nombre y un número.
place_invalid = Este lugar no está en la Tierra.
a_place = Ubicación
people_full = Un mensaje admite como máximo { $most } personas.
place_denied = Esta página no tiene permiso para saber dónde estás. Dáselo en los ajustes del navegador para esta página o escribe los grados.
place_unknown = Este dispositivo no sabe dónde está. Escribe los grados.
accuracy = con un margen de { $metres } m

## Polls

poll_title = Preguntar al chat
question = Pregunta
answers = Respuestas
several_answers = Se pueden elegir varias respuestas
send_poll = Enviar encuesta
choose_one = Elige una
choose_several = Elige una o varias
show_votes = Ver votos
no_votes = Aún no ha votado nadie.
poll_invalid = Una encuesta necesita una pregunta y de 2 a 12 respuestas distintas.
a_poll = Encuesta
answer_label = Respuesta { $n }
votes =
    { $n ->
        [one] { $n } voto
       *[other] { $n } votos
    }
poll = Encuesta: { $question }. { $answers }

## Groups

somebody = Alguien
new_group = Nuevo grupo
group_name = Nombre del grupo
create_group = Crear grupo
choose_members = Quiénes participan
search_contacts = Buscar contactos
no_contact_left = Todos tus contactos están en este grupo.
add_members = Añadir miembros
add = Añadir
admin = Admin
make_admin = Hacer admin
withdraw_admin = Quitar como admin
remove_from_group = Eliminar del grupo
message_member = Enviar mensaje
remove = Eliminar
leave_group = Salir del grupo
leave = Salir
leave_text = Ya no recibirás sus mensajes. Lo que se dijo sigue en tus dispositivos. Solo un admin puede volver a añadirte.
not_in_group = Ya no estás en este grupo.
group_line_created =
    { $who ->
        [me] Creaste este grupo
       *[other] { $by } creó este grupo
    }
group_line_added =
    { $who ->
        [me] Añadiste a { $whom }
       *[other] { $by } añadió a { $whom }
    }
group_line_added_you = { $by } te añadió
group_line_removed =
    { $who ->
        [me] Eliminaste a { $whom }
       *[other] { $by } eliminó a { $whom }
    }
group_line_removed_you = { $by } te eliminó
group_line_joined =
    { $who ->
        [me] Te uniste
        [us] Ahora en el grupo: { $names }
        [one] { $names } se unió
       *[many] { $names } se unieron
    }
group_line_gone =
    { $who ->
        [me] Ya no estás en este grupo
        [us] Ya fuera de este grupo: { $names }
        [one] { $names } ya no está en este grupo
       *[many] { $names } ya no están en este grupo
    }
group_line_left =
    { $who ->
        [me] Saliste del grupo
       *[other] { $by } salió del grupo
    }
group_line_admins_made =
    { $who ->
        [me] Ahora eres admin
        [us] Ahora con permisos de admin: { $names }
        [one] { $names } ahora es admin
       *[many] { $names } ahora son admins
    }
group_line_admins_withdrawn =
    { $who ->
        [me] Ya no eres admin
        [us] Ya sin permisos de admin: { $names }
        [one] { $names } ya no es admin
       *[many] { $names } ya no son admins
    }
group_line_renamed =
    { $who ->
        [me] Llamaste a este grupo «{ $name }»
       *[other] { $by } llamó a este grupo «{ $name }»
    }
group_line_pinned =
    { $who ->
        [me] Fijaste un mensaje
       *[other] { $by } fijó un mensaje
    }
listed_you = tú
listed_somebody = alguien
listed_you_object = ti
listed_somebody_object = alguien
listed_and = { $others } y { $last }
group_too_large =
    { $max ->
        [one] Un grupo tiene como máximo { $max } persona.
       *[other] Un grupo tiene como máximo { $max } personas.
    }
group_last_admin = Nadie más es admin de este grupo. Haz admin antes a otra persona.
group_only_admins = Solo un admin de este grupo puede hacer eso.
members =
    { $n ->
        [one] { $n } miembro
       *[other] { $n } miembros
    }
remove_member = ¿Eliminar a { $name } de «{ $group }»?
leave_title = ¿Salir de «{ $group }»?

## What members may

description = Descripción
add_description = Añadir descripción
change_description = Cambiar descripción
description_too_long = Esta descripción es demasiado larga.
add_group_photo = Añadir foto
change_group_photo = Cambiar foto
remove_group_photo = Quitar foto
who_may = Permisos del grupo
who_may_text = Añadir y eliminar personas corresponde siempre a los admins.
everybody_sends = Todos envían mensajes
everybody_edits = Todos cambian el nombre, la foto y la descripción
only_admins_send = Solo los admins pueden enviar mensajes
in_common = Grupos en común
group_line_described =
    { $who ->
        [me] Cambiaste la descripción del grupo
       *[other] { $by } cambió la descripción del grupo
    }
group_line_description_removed =
    { $who ->
        [me] Quitaste la descripción del grupo
       *[other] { $by } quitó la descripción del grupo
    }
group_line_photo_changed =
    { $who ->
        [me] Cambiaste la foto del grupo
       *[other] { $by } cambió la foto del grupo
    }
group_line_photo_removed =
    { $who ->
        [me] Quitaste la foto del grupo
       *[other] { $by } quitó la foto del grupo
    }
group_line_admins_send =
    { $who ->
        [me] Limitaste a los admins el envío de mensajes
       *[other] { $by } limitó a los admins el envío de mensajes
    }
group_line_everybody_sends =
    { $who ->
        [me] Permitiste que todos envíen mensajes
       *[other] { $by } permitió que todos envíen mensajes
    }
group_line_admins_edit =
    { $who ->
        [me] Limitaste a los admins los cambios de nombre, foto y descripción
       *[other] { $by } limitó a los admins los cambios de nombre, foto y descripción
    }
group_line_everybody_edits =
    { $who ->
        [me] Permitiste que todos cambien el nombre, la foto y la descripción
       *[other] { $by } permitió que todos cambien el nombre, la foto y la descripción
    }
rules =
    { $send ->
        [admins] Mensajes: solo admins.
       *[everybody] Mensajes: todos.
    } { $edit ->
        [admins] Nombre, foto y descripción: solo admins.
       *[everybody] Nombre, foto y descripción: todos.
    }

## Links into groups

invite_link = Enlace de invitación
no_link_yet = Nadie entra con un enlace
link_lets_in = Quien lo tenga puede entrar
link_asks = Tú decides quién entra
invite_link_text = Quien tenga este enlace puede pedir entrar en este grupo. Dáselo a personas de confianza.
make_link = Crear enlace
copy_invite_link = Copiar enlace
share_link = Compartir enlace
approve_each = Un admin aprueba a cada persona
reset_link = Restablecer
reset_link_text = El enlace anterior dejará de funcionar. Quien lo tenga necesitará el nuevo.
turn_link_off = Desactivar
let_in_button = Admitir
look_at_asking = Ver
join_title = Unirse a un grupo
join_call_title = Unirse a una llamada
ask_to_join = Pedir entrar
ask_again = Pedirlo otra vez
join_call = Unirse a la llamada
open_group = Abrir grupo
join_privacy = Los admins de este grupo ven tu nombre y tu número. El nombre del grupo es el que dice el enlace.
stop_asking = Retirar solicitud
new_call_link = Crear enlace de llamada
call_link = Enlace de llamada
call_link_text = Quien tenga este enlace entra en la llamada en cuanto tú u otra persona de ella esté en línea.
invited_first = Tienes un enlace a un grupo. Podrás seguir cuando este dispositivo tenga una cuenta.
invited_to_phone = ¿Es este tu teléfono? Sigue allí
call_of = Llamada de { $name }
asking_to_join =
    { $n ->
        [one] { $n } persona pide entrar
       *[other] { $n } personas piden entrar
    }
group_line_link_on =
    { $who ->
        [me] Activaste el enlace de invitación
       *[other] { $by } activó el enlace de invitación
    }
group_line_link_reset =
    { $who ->
        [me] Restableciste el enlace de invitación
       *[other] { $by } restableció el enlace de invitación
    }
group_line_link_off =
    { $who ->
        [me] Desactivaste el enlace de invitación
       *[other] { $by } desactivó el enlace de invitación
    }
join_open =
    { $to ->
        [call] Este enlace lleva a una llamada.
        [group] Este enlace lleva a un grupo.
       *[named] Este enlace lleva a «{ $name }».
    }
join_asking_call =
    { $to ->
        [named] Esperando para entrar en «{ $name }»: alguien de la llamada tiene que estar en línea.
       *[call] Esperando para entrar en una llamada: alguien de ella tiene que estar en línea.
    }
join_asking_group =
    { $to ->
        [named] Esperando para entrar en «{ $name }»: un admin del grupo tiene que estar en línea.
       *[group] Esperando para entrar en un grupo: un admin del grupo tiene que estar en línea.
    }
join_waiting =
    { $to ->
        [call] Se envió tu solicitud para unirte a una llamada. Un admin la revisará.
        [group] Se envió tu solicitud para unirte a un grupo. Un admin la revisará.
       *[named] Se envió tu solicitud para unirte a «{ $name }». Un admin la revisará.
    }
join_in =
    { $to ->
        [call] Estás en una llamada.
        [group] Estás en un grupo.
       *[named] Estás en «{ $name }».
    }
join_declined_call =
    { $to ->
        [named] Un admin de la llamada rechazó tu solicitud para unirte a «{ $name }».
       *[call] Un admin de la llamada rechazó tu solicitud para unirte.
    }
join_declined_group =
    { $to ->
        [named] Un admin del grupo rechazó tu solicitud para unirte a «{ $name }».
       *[group] Un admin del grupo rechazó tu solicitud para unirte.
    }
join_void =
    { $to ->
        [call] Este enlace a una llamada ya no funciona. Pide otro.
        [group] Este enlace a un grupo ya no funciona. Pide otro.
       *[named] Este enlace a «{ $name }» ya no funciona. Pide otro.
    }
join_full =
    { $to ->
        [call] Ya no hay sitio en la llamada. Tiene el máximo de personas.
        [group] Ya no hay sitio en el grupo. Tiene el máximo de personas.
       *[named] Ya no hay sitio en «{ $name }». Tiene el máximo de personas.
    }

## Calls

calls = Llamadas
no_calls = Aún no hay llamadas. Las llamadas se hacen desde un chat: abre uno y pulsa el teléfono o la cámara.
voice_call = Llamada de voz
video_call = Videollamada
calling = Llamando…
in_another_call = En otra llamada…
connecting = Conectando…
reconnecting = Reconectando…
answer = Contestar
answer_with_camera = Contestar con cámara
hang_up_and_answer = Colgar y contestar
hang_up_and_answer_with_camera = Colgar y contestar con cámara
decline = Rechazar
hang_up = Colgar
microphone_off = Desactivar el micrófono
microphone_on = Activar el micrófono
camera_off = Desactivar la cámara
camera_on = Activar la cámara
screen_on = Compartir tu pantalla
screen_off = Dejar de compartir tu pantalla
call_microphone_gone = Se desconectó el micrófono. Ahora se usa otro.
call_camera_gone = Se desconectó la cámara. Ahora se usa otra.
devices_of_calls = Micrófono, cámara, altavoz
microphone = Micrófono
camera = Cámara
loudspeaker = Altavoz
system_device = Según el sistema
try_microphone = Probar el micrófono
try_loudspeaker = Reproducir un tono
tone_is_played = Tendrías que haber oído un tono.
microphone_level = Volumen del micrófono
microphone_is_off = Tu micrófono está desactivado.
microphone_refused_here = El navegador no deja que Heliograph use el micrófono. Permítelo junto a la dirección de la página.
microphone_missing_here = No se encontró ningún micrófono. Conecta uno.
hand_up = Levantar la mano
hand_down = Bajar la mano
keys_of_calls = En una llamada
call_people = Otros miembros
call_all_there = Todos los miembros están en la llamada.
call_to_group = Añadir personas
call_add_about = La llamada sigue en un grupo nuevo con la otra persona, tú y quienes elijas.
call_add_too_many = En una llamada caben 32 personas: elige 30 como máximo.
call_grows = Añadiendo personas…
ring = Llamar
rung = Llamando…
call_smaller = Ver la llamada en pequeño
call_larger = Ver la llamada en grande
call_by_speaker = Ver en grande a quien habla
call_all_alike = Ver a todos por igual
picture_in_picture = Imagen sobre otras ventanas
connection_weak = Conexión débil
connection_bad = Mala conexión
call_ways = Llamada
your_picture = Tu imagen
call_asking = Tu navegador pregunta si Heliograph puede usar el micrófono y la cámara.
call_needs_browser = Este navegador no puede cifrar llamadas. Actualízalo o llama desde otro.
call_microphone_refused = El navegador no deja que Heliograph use el micrófono: los demás no te oyen. Permítelo junto a la dirección de la página y activa el micrófono.
call_microphone_missing = No se encontró ningún micrófono: los demás no te oyen. Conecta uno y activa el micrófono.
call_camera_refused = El navegador no deja que Heliograph use la cámara. Permítelo junto a la dirección de la página y activa la cámara.
call_camera_missing = No se encontró ninguna cámara, o la tiene otro programa. Conecta una y activa la cámara.
call_key_microphone = Activar o desactivar el micrófono
call_key_camera = Activar o desactivar la cámara
call_key_screen = Compartir tu pantalla, o dejar de hacerlo
call_key_hand = Levantar o bajar la mano
call_key_small = Ver la llamada en pequeño
call_with = Llamada con { $chat }
picture_of = Imagen de { $name }
ring_member = Llamar a { $name }
device = Dispositivo { $number }
call_sign_microphone_off = micrófono desactivado
call_sign_camera_off = cámara desactivada
call_sign_hand = mano levantada
raised_hands = Manos levantadas: { $names }
ringing =
    { $kind ->
        [video] Videollamada de { $name }
       *[voice] Llamada de voz de { $name }
    }
ringing_meanwhile =
    { $kind ->
        [video] Videollamada, mientras estás en otra llamada
       *[voice] Llamada de voz, mientras estás en otra llamada
    }
ringing_meanwhile_from =
    { $kind ->
        [video] Videollamada de { $name }, mientras estás en otra llamada
       *[voice] Llamada de voz de { $name }, mientras estás en otra llamada
    }
call_over =
    { $kind ->
        [video] Videollamada, { $length }
       *[voice] Llamada de voz, { $length }
    }
call_went_on =
    { $kind ->
        [video] Videollamada, { $length }, siguió en un grupo
       *[voice] Llamada de voz, { $length }, siguió en un grupo
    }
call_no_answer =
    { $kind ->
        [video] Videollamada, sin respuesta
       *[voice] Llamada de voz, sin respuesta
    }
call_declined =
    { $kind ->
        [video] Videollamada, rechazada
       *[voice] Llamada de voz, rechazada
    }
missed_call =
    { $kind ->
        [video] Videollamada perdida
       *[voice] Llamada de voz perdida
    }
call_outgoing = Saliente:{ " " }
call_incoming = Entrante:{ " " }
call_again =
    { $kind ->
        [video] Videollamada con { $chat }
       *[voice] Llamada de voz con { $chat }
    }
call_on_other_device = Estás en esta llamada en otro dispositivo
call_move_here = Traerla aquí
call_goes_on =
    { $n ->
        [one] Hay una llamada en curso, con { $n } persona
       *[other] Hay una llamada en curso, con { $n } personas
    }
call_join_running = Unirse
call_on_other_device_short = En llamada en otro dispositivo
call_running_short = Llamada en curso: únete
call_end_declined = { $name } rechazó tu llamada.
call_end_no_answer = { $name } no contestó.
call_end_elsewhere = La llamada se contestó en otro de tus dispositivos.
call_end_moved = La llamada sigue en otro de tus dispositivos.
call_end_not_member = Ya no estás en este chat ni en su llamada.
call_end_left_behind = { $name } añadió personas y siguió en un grupo que no llegó aquí. Vuelve a llamar.
call_end_failed = No se pudo conectar la llamada. Revisa tu red y vuelve a llamar.
call_growth_goes_on = { $by } añadió personas: la llamada sigue en el grupo { $group }.
call_growth_not_made = No se pudo crear el grupo. La llamada sigue como estaba; inténtalo de nuevo.
call_growth_other_stays = { $name } aún no ha pasado a la llamada del grupo.
call_refused_in_call = Ya estás en una llamada. Cuelga primero.
call_refused_nobody = No se puede llamar a nadie en este chat.
call_refused_not_offered = Este servidor no ofrece llamadas. Pregunta a quien lo administra.
call_refused_full = Esta llamada está completa. Inténtalo de nuevo cuando alguien haya salido.
call_refused_connection = No se aceptó la conexión de la llamada. Cuelga y vuelve a llamar.

## Clearing, deleting, blocking

export_chat = Exportar chat…
export_title = ¿Exportar este chat?
export_text = Un archivo de texto con todos los mensajes que hay en este dispositivo. Las fotos y los demás archivos se nombran en él, pero no se incluyen. Los mensajes temporales se omiten. Quien tenga el archivo puede leerlo.
export_go = Exportar
exported = Chat exportado
export_file_name = Chat con { $chat }
exporting =
    { $total ->
        [one] { $done } de { $total } mensaje
       *[other] { $done } de { $total } mensajes
    }
export_left_out =
    { $n ->
        [one] Se omite { $n } mensaje temporal.
       *[other] Se omiten { $n } mensajes temporales.
    }
clear_chat = Vaciar chat…
clear_title = ¿Vaciar este chat?
clear_text = Todos sus mensajes hasta ahora se borran de todos tus dispositivos, con sus archivos. Los demás conservan los suyos. Esto no se puede deshacer.
keep_starred = Conservar los mensajes destacados
clear = Vaciar
cleared = Chat vaciado
delete_chat = Eliminar chat…
delete_chat_title = ¿Eliminar este chat?
delete_chat_text = Se borra de la lista en todos tus dispositivos, con todos sus mensajes y archivos, también los destacados. Los demás conservan los suyos. Reaparece, vacío, cuando se dice algo nuevo en él. Esto no se puede deshacer.
chat_deleted = Chat eliminado
block = Bloquear…
block_text = Lo que esta persona te escriba en este chat mientras la tengas bloqueada, y sus llamadas, no te llegarán, tampoco después. No se le avisa; para ella, sus mensajes parecen entregados, y sigue viendo tu nombre y tu foto. En los grupos seguirás viendo sus mensajes y ella los tuyos.
block_report = No se avisa a nadie más, tampoco a quien administra este servidor: no podría leer lo que se escribió.
block_and_delete = Eliminar también este chat
block_go = Bloquear
unblock_them = Desbloquear
blocked_people = Personas bloqueadas
nobody_blocked = No has bloqueado a nadie.
not_a_contact = No está en tus contactos
add_to_contacts = Añadir a contactos
contact_added = Se añadió a tus contactos
block_title = ¿Bloquear a { $name }?
you_blocked = Bloqueaste a { $name }.
blocked = Bloqueaste a { $name }
unblocked = Desbloqueaste a { $name }
block_moved = { $name } tiene una cuenta nueva con un número que bloqueaste; también queda bloqueada.
unblock = Desbloquear a { $name }
kept_out_blocked = Bloqueaste a esta persona. Desbloquéala primero.
kept_out_group = Sal primero de este grupo. Después podrás eliminarlo.

## Notifications

push = Avisarme en este navegador, también sin ninguna página abierta
push_blocked = Este navegador bloqueó las notificaciones de este sitio. Permítelas en los ajustes del navegador para este sitio y luego activa esto.
push_unsupported = Este navegador no puede avisarte sin ninguna página abierta. En un iPhone o iPad, añade primero esta página a la pantalla de inicio.
push_failed = No se pudo contactar con el servicio de notificaciones del navegador. Inténtalo más tarde.
push_not_kept = Este navegador no pudo guardar el programa que necesita para avisarte. Recarga la página y vuelve a activar esto.
previews = Las notificaciones muestran
previews_text = Remitente y mensaje
previews_sender = Solo el remitente
previews_nothing = Solo que hay un mensaje
previews_scope = El interruptor vale para este navegador; lo que muestran las notificaciones se elige para todos tus dispositivos.
mute_title = Silenciar este chat
mute_text = No recibes avisos de sus mensajes, y sus llamadas no suenan, en ninguno de tus dispositivos.
mute_8_hours = Durante 8 horas
mute_a_week = Durante una semana
mute_always = Siempre
incoming_call = Llamada entrante
new_messages =
    { $n ->
        [one] { $n } mensaje nuevo
       *[other] { $n } mensajes nuevos
    }
unmute_now = Quitar silencio
unmute = Quitar silencio (hasta { $until })
error_push_host = Este servidor no conoce el servicio que avisa a este navegador. Pregunta a quien lo administra.
error_push_off = Este servidor no envía notificaciones a los navegadores. Pregunta a quien lo administra.

## Backups

backup = Copia de seguridad
backup_text = Tus chats, contactos y ajustes se guardan cifrados en el servidor una vez al día, mientras este teléfono está en línea. Nadie puede leerlos sin la clave de recuperación, tampoco quien administra el servidor. No incluye fotos ni archivos.
make_key = Crear clave de recuperación
key_title = Tu clave de recuperación
key_text = Anota estos 64 dígitos y guárdalos en un lugar seguro. Solo se muestran esta vez. Sin ellos nadie puede restaurar tu copia de seguridad.
wrote_it_down = Ya la anoté
confirm_text = Para confirmarlo, escribe dos de sus grupos tal como los anotaste.
confirm_wrong = Esto no es lo que se mostró. Compáralo con lo que anotaste.
show_key_again = Mostrarla otra vez
turn_on = Activar copias
back_up_now = Hacer copia ahora
backup_to_file = Guardar en un archivo
backup_saved = Copia de seguridad guardada. Se abre con su clave de recuperación.
backup_file_name = heliograph-copia.hgb
turn_off = Desactivar
backup_off_question = ¿Desactivar las copias de seguridad?
backup_off_text = El servidor elimina su copia. Si pierdes este teléfono, pierdes también tus mensajes.
no_backup_yet = Aún no hay ninguna copia de seguridad.
restore_title = ¿Restaurar tu cuenta?
recovery_key = Clave de recuperación
restore = Restaurar
restore_file = Restaurar desde un archivo
start_anew = Empezar sin ella
start_anew_title = ¿Empezar sin tus mensajes?
start_anew_text = Se crea una cuenta nueva con este número. Tu cuenta anterior, con sus mensajes, grupos y dispositivos vinculados, lo pierde, y se avisa a tus contactos de que tu número de seguridad cambió.
delete_account = Eliminar cuenta
delete_account_title = ¿Eliminar tu cuenta?
delete_account_text = Se borra todo de este teléfono, de todos tus dispositivos vinculados y del servidor, también la copia de seguridad. Los demás conservan lo que les escribiste. Esto no se puede deshacer.
type_your_number = Escribe tu número para confirmar
restore_text = Hay una copia de seguridad de esta cuenta, hecha { $when }. Escribe su clave de recuperación para recuperar tus mensajes en este teléfono. { $devices }
restore_from_file_text = El servidor no tiene ninguna copia de seguridad que se pueda restaurar aquí. Si tienes una en un archivo, escribe su clave de recuperación y elige el archivo. { $devices }
restore_nobody_stays = Se cerrará la sesión del teléfono anterior.
restore_devices_stay =
    { $n ->
        [one] Se cerrará la sesión del teléfono anterior. { $n } dispositivo más sigue vinculado: si no lo reconoces, cierra su sesión enseguida en Dispositivos vinculados.
       *[other] Se cerrará la sesión del teléfono anterior. { $n } dispositivos más siguen vinculados: si no los reconoces todos, cierra enseguida sus sesiones en Dispositivos vinculados.
    }
group_label = Grupo { $n }
notice_backup_part_awaited = Falta una parte de tu copia de seguridad en el servidor, o se modificó allí. Se volverá a pedir durante una hora aproximadamente. Mantén esto abierto.
notice_backup_part_lost = No se pudo restaurar una parte de tu copia de seguridad. Todo lo demás está aquí.
backed_up = Última copia: { $when }
backing_up =
    { $total ->
        [one] Haciendo copia: { $done } de { $total } mensaje
       *[other] Haciendo copia: { $done } de { $total } mensajes
    }
backup_no_room = El servidor no tiene espacio para una nueva copia de seguridad. Pregunta a quien lo administra. La anterior sigue ahí.
backup_too_large = Esta cuenta es demasiado grande para una copia de seguridad.
backup_not_taken = El servidor no aceptó la nueva copia de seguridad. La anterior sigue ahí.
error_recovery_key_length = Una clave de recuperación tiene 64 dígitos; hay { $digits }.
error_recovery_key_signs = Una clave de recuperación solo tiene dígitos.
error_recovery_key_group = Un dígito del grupo { $group } es incorrecto. Compáralo con lo que anotaste.
error_recovery_key_wrong = La copia de seguridad no se abre con esta clave de recuperación. La clave es de otra copia, o la copia se modificó.
error_backup_damaged = Esta copia de seguridad está dañada o incompleta. No se tomó nada de ella.
error_backup_newer = Esta copia de seguridad se hizo con una versión más nueva. Recarga la página e inténtalo de nuevo.
error_backup_other = Esta copia de seguridad es de una cuenta distinta de la que tiene este número.
error_devices_rolled_back = El servidor indica una lista de tus dispositivos más antigua que la que conoce esta copia de seguridad. No se restauró nada. Avisa a quien administra el servidor.
error_still_restoring = Tu copia de seguridad aún se está restaurando. Inténtalo de nuevo cuando esté todo aquí.
error_backup_none = El servidor no tiene ninguna copia de seguridad de esta cuenta. Restáurala desde un archivo.
error_backup_off = Las copias de seguridad no están activadas.
error_confirm_wrong = Este no es tu número. No se eliminó nada.
error_pin_needed = Escribe el PIN de registro de tu cuenta.
