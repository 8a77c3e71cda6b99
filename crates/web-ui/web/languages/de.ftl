## Before the pages begin

boot_open = { $link } öffnen
boot_insecure = Browser erlauben Verschlüsselung und Speicher nur auf sicheren Seiten. Öffne die https://-Adresse, die der Server beim Start ausgegeben hat; auf dem Rechner des Servers selbst geht auch http://localhost.
boot_old_browser = Ihm fehlt: { $missing }. Bitte aktualisiere ihn oder nutze eine aktuelle Version von Chrome, Edge, Firefox oder Safari.
boot_not_started_title = Heliograph wurde nicht gestartet
boot_not_started = Lade die Seite neu. Wenn das nicht hilft, wurde vielleicht der Server aktualisiert: Leere dann den Cache dieser Seite. Deine Nachrichten bleiben erhalten.

## The pages

app_name = Heliograph
today = Heute
yesterday = Gestern
list_separator = ,{ " " }
draft_too_long = Dieser Entwurf ist zu lang, um gespeichert zu werden. Sende ihn in Teilen oder bewahre ihn woanders auf.
draft_not_kept = Der Entwurf konnte nicht gespeichert werden. Sende oder kopiere ihn, bevor du diese Seite verlässt.
mark_not_kept = Was du gelesen hast, konnte nicht vermerkt werden. Öffne den Chat später noch einmal.
not_loaded = Diese Nachrichten konnten nicht geladen werden. Schließe den Chat und öffne ihn noch einmal.
keys = Tastenkürzel
keys_of_lists = In den Listen der Chats und Nachrichten
keys_of_composer = Beim Schreiben
waiting = Warten auf diese Nachricht. Andere Geräte wurden danach gefragt.
new_message = Neue Nachricht
camera_picture = Kamerabild
camera_refused = Diese Seite darf die Kamera nicht verwenden. Erlaube es in den Browsereinstellungen für diese Seite.
camera_missing = Es wurde keine Kamera gefunden, oder ein anderes Programm verwendet sie gerade.
opening = Deine Nachrichten werden geöffnet …
reload = Neu laden
start_again = Neu beginnen
other_tab_title = Heliograph ist in einem anderen Tab geöffnet
other_tab_text = Deine Nachrichten können immer nur in einem Tab geöffnet sein. Klicke auf „Hier verwenden“, um in diesem weiterzumachen.
use_here = Hier verwenden
chats_arriving = Deine Chats sind von deinem Telefon hierher unterwegs.
halted_title = Heliograph wurde angehalten
halted_text = Etwas Unerwartetes ist passiert. Deine Nachrichten bleiben erhalten. Lade die Seite neu, um weiterzumachen.
unsent = Das wurde nicht gesendet. Kopiere es, bevor du neu lädst:
for_a_report = Für eine Fehlermeldung
one_moment = Einen Moment …
next = Weiter
later = Später
finish = Fertigstellen
done = Fertig
close = Schließen
cancel = Abbrechen
save = Speichern
back = Zurück
try_again = Erneut versuchen
unknown = unbekannt
number_title = Deine Telefonnummer
number_label = Telefonnummer
phone_note = Diese Seite wird zum Telefon deines Kontos: Sie bewahrt den Schlüssel des Kontos auf und verknüpft deine Browser.
code_title = Code eingeben
code_label = Einmalcode
new_code = Neuen Code senden
other_number = Nummer ändern
pin_title = PIN eingeben
pin_text = Zu dieser Nummer gibt es ein Konto, das mit einer Registrierungs-PIN geschützt ist.
pin_label = Sechsstellige PIN
show_pin = PIN anzeigen
hide_pin = PIN verbergen
choose_pin_title = PIN festlegen
choose_pin_text = Sie verhindert, dass andere deine Nummer registrieren. Du wirst nach ihr gefragt, wenn du dich neu registrierst und bevor ein eingefügter Code ein Gerät verknüpft.
set_pin = PIN festlegen
profile_title = So sehen dich andere
profile_text = Dein Name und dein Foto sind verschlüsselt; nur wer mit dir schreibt, sieht sie.
losing_phone = Deine Nachrichten und der Schlüssel deines Kontos liegen im Speicher dieses Browsers. Wenn du ihn leerst, sind sie weg, es sei denn, ein verknüpftes Gerät hat sie.
choose_photo = Foto auswählen
your_name = Dein Name
about = Info
encrypted_footer = Ende-zu-Ende-verschlüsselt
copy_failed = Der Browser hat das Kopieren nicht erlaubt.
chats = Chats
new_chat = Neuer Chat
search_chats = Chats und Nachrichten suchen
filter = Filter
all = Alle
unread = Ungelesen
archived = Archiviert
marked_unread = als ungelesen markiert
is_pinned = angeheftet
muted = stummgeschaltet
unread_messages = ungelesen
typing = schreibt …
draft = Entwurf:
loading_chats = Chats werden geladen
loading_messages = Nachrichten werden geladen
show_all = Alle Chats anzeigen
no_chats = Hier erscheinen deine Chats. Schreib jemandem auf diesem Server.
mirror_progress = Fortschritt der Übertragung
notes = Notizen an mich
notes_text = Notizen an dich selbst, auf allen deinen Geräten
you = Du
message_menu = Nachrichtenmenü
send_again = Nicht gesendet. Erneut senden
copied = Kopiert
copy = Kopieren
star = Mit Stern markieren
unstar = Stern entfernen
message_info = Nachrichteninfo
write_message = Nachricht
send = Senden
no_chat_open = Wähle einen Chat aus, um zu lesen und zu schreiben.
phone_may_be_off = Dein Telefon kann ausgeschaltet sein.
no_messages = Noch keine Nachrichten. Schreib die erste.
chat_info = Chatinfo
chat_menu = Chatmenü
pin = Oben anheften
unpin = Loslösen
mute = Stummschalten …
mark_read = Als gelesen markieren
now_archived = Chat archiviert
unarchived = Chat aus dem Archiv geholt
undo = Rückgängig
list_width = Breite der Liste
mark_unread = Als ungelesen markieren
archive = Archivieren
unarchive = Aus dem Archiv holen
close_chat = Chat schließen
history_arriving = Ältere Nachrichten sind von deinem Telefon hierher unterwegs.
not_yet = noch nicht
time_unknown = ja, diesem Gerät ist nicht bekannt, wann
sent_at = Gesendet
received = Empfangen
delivered_at = Zugestellt
read_at = Gelesen
history = Verlauf auf diesem Gerät
complete = Vollständig
arriving = Unterwegs von deinem Telefon
devices = Geräte
safety_number = Sicherheitsnummer
verified = Von dir verglichen
not_verified = Noch nicht verglichen
verify = Sie stimmen überein
unverify = Vergleich zurücknehmen
scan_theirs = Code scannen
show_digits = Ziffern anzeigen
safety_scan_text = Richte die Kamera auf den Code, den dein Gegenüber im Chat mit dir unter „Sicherheitsnummer“ sieht.
safety_same = Die Codes stimmen überein: Niemand steht zwischen euch. Halte das mit „Sie stimmen überein“ fest.
safety_qr = Sicherheitsnummer als QR-Code
contact_name = Dein Name für diesen Kontakt
saved = Gespeichert
number_or_link = Telefonnummer oder Kontaktlink
their_name = Name (optional)
write_to = Chat öffnen
scan_a_code = Code scannen
scan_any_text = Richte die Kamera auf den Code eines Browsers, den du verknüpfen willst, oder auf einen Kontaktcode.
scan_instead = Ohne Kamera: Einen Browser verknüpfst du unter „Verknüpfte Geräte“, eine Person fügst du unter „Neuer Chat“ hinzu.
scan_contact = QR-Code eines Kontakts scannen
my_code = Mein Kontaktcode
my_code_short = Mein Code
my_code_text = Wer diesen Code scannt oder den Link öffnet, kann dir schreiben.
copy_link = Kontaktlink kopieren
contacts = Kontakte
no_contacts = Hier erscheint, wen du hinzufügst: per Nummer, Link oder Code oder in der Chatinfo.
no_contact_fits = Kein Kontakt hat diesen Namen oder diese Nummer.
linked_devices = Verknüpfte Geräte
devices_text_phone = Bis zu acht Browser und Terminals können dieses Konto mitnutzen. Sind sie verknüpft, kann dein Telefon ausgeschaltet sein.
devices_text = Alle Geräte deines Kontos. Auf deinem Telefon kannst du Geräte verknüpfen und andere abmelden.
link_a_device = Gerät verknüpfen
no_devices = Noch ist kein Gerät verknüpft.
log_out = Abmelden
log_out_all = Alle Geräte abmelden
log_out_all_question = Alle verknüpften Geräte abmelden? Ihre Nachrichten werden von ihnen entfernt.
log_out_here_question = Diesen Browser abmelden? Deine Nachrichten werden aus ihm entfernt; auf deinem Telefon bleiben sie.
this_device = Dieses Gerät
online_now = Jetzt verbunden
never_seen = Noch nie online
seen_unknown = Ohne Verbindung nicht bekannt
settings = Einstellungen
change_pin = Registrierungs-PIN ändern
set_a_pin = Registrierungs-PIN festlegen
remove_pin = PIN entfernen
notifications = Benachrichtigungen
allow_notifications = Benachrichtigungen erlauben
appearance = Darstellung
theme = Farben
automatic = Automatisch
light = Hell
dark = Dunkel
direction = Leserichtung
ltr = Von links nach rechts
rtl = Von rechts nach links
enter_sends = Enter sendet die Nachricht
read_receipts = Lesebestätigungen
sounds = Ton bei neuen Nachrichten
your_profile = Dein Profil
offline = Keine Verbindung. Was du schreibst, wird später gesendet.
try_now = Jetzt versuchen
catching_up = Wird aktualisiert …
new_version = Eine neue Version ist bereit.
part_coming = Wird geladen …
part_missing_title = Das konnte nicht geladen werden
part_missing = Das konnte nicht geladen werden. Versuche es noch einmal, wenn du online bist.
part_gone = Eine neue Version ist bereit. Lade neu, um das zu öffnen.
skip_to_chats = Zu den Chats springen
skip_to_composer = Zum Eingabefeld springen
skips = Sprunglinks
conversation = Unterhaltung
sections = Bereiche
seconds =
    { $n ->
        [one] { $n } Sekunde
       *[other] { $n } Sekunden
    }
minutes =
    { $n ->
        [one] { $n } Minute
       *[other] { $n } Minuten
    }
hours =
    { $n ->
        [one] { $n } Stunde
       *[other] { $n } Stunden
    }
line_encrypted = Nachrichten sind hier Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen, nicht einmal der Server.
line_safety_number_changed = Deine Sicherheitsnummer mit { $who } hat sich geändert. Vielleicht ist nur ein neues Telefon der Grund; vergleiche sie, wenn es darauf ankommt.
line_devices_changed =
    { $n ->
        [one] { $who } nutzt jetzt { $n } Gerät.
       *[other] { $who } nutzt jetzt { $n } Geräte.
    }
line_history_differs = Die Mitglieder dieses Chats sehen unterschiedliche Verläufe. Dem Server ist nicht zu trauen.
line_unknown_device = Ein Gerät in diesem Chat fehlt in der signierten Geräteliste der Person, der es gehören soll. Bis es entfernt ist, wird nichts gesendet.
line_own_device_linked = Du hast ein Gerät verknüpft: { $device }.
line_own_device_unlinked = Ein Gerät wurde abgemeldet: { $device }.
may_be_missing_before = Nachrichten aus der Zeit vor dem { $to } fehlen möglicherweise. Dieses Gerät war länger weg, als der Server sie aufbewahrt.
may_be_missing_of = Nachrichten vom { $day } fehlen möglicherweise. Dieses Gerät war länger weg, als der Server sie aufbewahrt.
may_be_missing_between = Nachrichten vom { $from } bis zum { $to } fehlen möglicherweise. Dieses Gerät war länger weg, als der Server sie aufbewahrt.
status_failed = Nicht gesendet
status_pending = Wartet auf das Senden
this_server = Dieser Server
number_text = { $server } sendet dir einen Code, um sicherzugehen, dass es deine Nummer ist.
number_text_foreign = { $server } sendet dir einen Code, um sicherzugehen, dass es deine Nummer ist. Gib sie mit Ländervorwahl ein.
code_text = Ein { $length }-stelliger Code wurde an { $number } gesendet. Ist das nicht deine Nummer? Dann ändere sie. Auf deinem eigenen Server steht der Code in der Konsole des Servers.
new_code_in = Neuer Code in { $wait }
nothing_found_for = Keine Chats oder Nachrichten zu „{ $typed }“ gefunden.
all_is_read = Du hast alles gelesen.
archive_is_empty = Das Archiv ist leer.
menu_of = Menü von { $chat }
messages_with = Nachrichten mit { $who }
to_bottom = Zur neuesten Nachricht
to_bottom_unread =
    { $n ->
        [one] Zur neuesten Nachricht, { $n } ungelesene Nachricht
       *[other] Zur neuesten Nachricht, { $n } ungelesene Nachrichten
    }
history_back_to = Vollständig zurück bis: { $when }. Ältere Nachrichten können noch von deinen anderen Geräten kommen.
complete_back_to = Vollständig zurück bis: { $when }; der Rest kann noch kommen
safety_text = Vergleiche diese Ziffern oder den Code mit dem, was { $who } sieht. Stimmen sie überein, steht niemand zwischen euch.
safety_differs = Die Codes stimmen nicht überein. Vergewissere dich, dass { $who } den Code des Chats mit dir zeigt; wenn ja, steht vielleicht jemand zwischen euch. Schreib nichts, was andere nicht lesen dürfen, und gib der Person Bescheid, die den Server betreibt.
mirror_waits = Warten auf dein Telefon. Öffne Heliograph darauf, damit es weitergeht.
mirror_joins = Chats werden eingerichtet: { $done } von { $total }
mirror = Übertragung: { $progress }
handed_over =
    { $n ->
        [one] { $done } von { $total } Nachricht
       *[other] { $done } von { $total } Nachrichten
    }
log_out_question = { $device } abmelden? Deine Nachrichten werden dort sofort entfernt oder sobald sich das Gerät wieder verbindet.
last_seen = Zuletzt online { $when }
linked_at = Verknüpft { $when }
day_and_time = { $day }, { $time }
moment_today = heute
moment_today_at = heute um { $time }
moment_yesterday = gestern
moment_yesterday_at = gestern um { $time }
moment_weekday = am { $day }
moment_weekday_at = am { $day } um { $time }
moment_date = am { $day }
moment_date_at = am { $day } um { $time }
unread_messages_of =
    { $n ->
        [one] { $n } ungelesene Nachricht
       *[other] { $n } ungelesene Nachrichten
    }
devices_of =
    { $n ->
        [one] { $n } Gerät
       *[other] { $n } Geräte
    }
key_through_list = Durch die Liste gehen
key_to_ends = An den Anfang, ans Ende
key_open = Chat oder Treffer öffnen
key_menu = Menü
key_reply = Auf die Nachricht antworten
key_copy = Nachricht kopieren
key_star = Stern setzen oder entfernen
key_edit = Nachricht bearbeiten
key_forward = Nachricht weiterleiten
key_delete = Nachricht löschen
key_select = Beim Auswählen: diese Nachricht an- oder abwählen
key_select_to = Beim Auswählen: alle bis zu dieser Nachricht
key_send = Senden
key_line = Neue Zeile
key_edit_last = Letzte Nachricht bearbeiten, wenn das Eingabefeld leer ist
language = Sprache
language_later = Die Sprache ändert sich, wenn du diese Seite das nächste Mal öffnest.
page_key_help = Diese Hilfe
page_key_search_in_chat = Im geöffneten Chat suchen
page_key_next_chat = Nächster Chat
page_key_previous_chat = Vorheriger Chat
page_key_next_unread = Nächster ungelesener Chat
page_key_previous_unread = Vorheriger ungelesener Chat
page_key_next_landmark = Nächster Teil der Seite
page_key_previous_landmark = Vorheriger Teil der Seite
page_key_archive = Archivieren oder aus dem Archiv holen
page_key_mute = Geöffneten Chat stummschalten
page_key_pin = Geöffneten Chat anheften
page_key_mark_unread = Als ungelesen oder gelesen markieren
page_key_close = Oberste Ebene schließen

## Troubles

error_number_invalid = Das ist keine Telefonnummer. Prüfe die Ziffern und, falls vorhanden, die Ländervorwahl, wie in +12 345 678 900.
error_number_without_country = Gib diese Nummer mit Plus und Ländervorwahl ein, wie in +12 345 678 900.
error_number_unknown = Auf diesem Server hat niemand diese Nummer. Prüfe sie oder lade die Person ein.
error_code_expired = Dieser Code ist nicht mehr gültig. Fordere einen neuen an.
error_pin_invalid = Eine PIN hat sechs Ziffern.
error_registration_closed = Dieser Server nimmt keine neuen Konten an. Frag die Person, die ihn betreibt.
error_invite_needed = Dieser Server nimmt neue Konten nur mit Einladung an. Öffne den Link, den du bekommen hast, oder frag die Person, die ihn betreibt.
error_invite_used = Diese Einladung wurde schon verwendet. Bitte die Person, die diesen Server betreibt, um eine neue.
error_invite_expired = Diese Einladung ist nicht mehr gültig. Bitte die Person, die diesen Server betreibt, um eine neue.
error_invite_unknown = Dieser Server kennt diese Einladung nicht. Öffne noch einmal den ganzen Link.
error_photo_invalid = Dieses Bild konnte nicht verwendet werden. Wähle ein anderes.
error_text_empty = Es gibt nichts zu senden.
error_text_too_long = Diese Nachricht ist zu lang. Sende sie in Teilen.
error_too_late = Dafür ist es zu spät: Diese Nachricht lässt sich für andere nicht mehr ändern.
error_reaction_invalid = Eine Reaktion ist genau ein Emoji.
error_other_account = Diese Nummer gehört jetzt zu einem anderen Konto, deshalb wurde deine Nachricht nicht gesendet. Ist sie dafür bestimmt, sende sie noch einmal.
error_code_not_ours = Das ist kein Heliograph-Code. Scanne den Code, den dein Browser unter der Adresse deines Servers zeigt.
error_code_other_kind = Das ist ein Heliograph-Code anderer Art: Kontaktcodes fügst du als Kontakte hinzu, Codes zum Verknüpfen scannst du unter „Verknüpfte Geräte“.
error_code_other_version = Dieser Code stammt von einer anderen Version von Heliograph. Lade beide Seiten neu.
error_code_damaged = Dieser Code ist unvollständig. Kopiere oder scanne ihn noch einmal.
error_code_other_server = Dieser Code gehört zu einem anderen Server. Öffne die Seite deines eigenen Servers.
error_digits_invalid = Gib die vier Ziffern ein, die das Telefon zeigt.
error_only_phone = Das kann nur das Telefon.
error_offline = Dafür ist eine Verbindung zum Server nötig. Versuche es noch einmal, wenn du online bist.
error_server_failed = Der Server hat mit einem Fehler geantwortet. Versuche es später noch einmal.
error_not_found = Das ist nicht mehr da.
error_not_now = Das geht gerade nicht.
error_storage_full = Der Speicher ist voll. Schaffe etwas Platz; es ist nichts verloren gegangen.
error_internal = Etwas Unerwartetes ist passiert. Lade die Seite neu; es ist nichts verloren gegangen.
error_code_wrong_too_often = Der Code war zu oft falsch. Fordere einen neuen an.
error_code_wrong =
    { $tries ->
        [one] Der Code ist falsch. Noch { $tries } Versuch.
       *[other] Der Code ist falsch. Noch { $tries } Versuche.
    }
error_pin_wrong =
    { $tries ->
        [one] Die PIN ist falsch. Noch { $tries } Versuch.
       *[other] Die PIN ist falsch. Noch { $tries } Versuche.
    }
error_too_many = Zu viele Versuche. Warte { $wait } und versuche es noch einmal.
error_code_not_sent = Der Code konnte nicht gesendet werden. Versuche es in { $wait } noch einmal oder frag die Person, die diesen Server betreibt.
error_name_invalid = Ein Name hat 1 bis { $max } Zeichen.
error_about_too_long = Dieser Text hat höchstens { $max } Zeichen.
error_search_invalid = Eine Suche hat 1 bis { $max } Zeichen.
unsupported_insecure_context_title = Diese Seite braucht HTTPS
unsupported_insecure_context = Öffne die https://-Adresse, die der Server ausgegeben hat, oder http://localhost auf demselben Rechner.
unsupported_no_storage_title = Hier gibt es keinen Speicher für Nachrichten
unsupported_no_storage = Heliograph bewahrt deine Nachrichten auf diesem Gerät auf, in einem Speicher, den private Fenster, blockierte Websitedaten und manche alten Browser nicht bieten. Öffne diese Seite in einem normalen Fenster und erlaube ihr, Daten zu speichern.
unsupported_old_browser_title = Dieser Browser ist zu alt
unsupported_old_browser = Ihm fehlt: { $missing }. Aktualisiere ihn oder nutze einen aktuellen.
unsupported_newer_database_title = Deine Nachrichten wurden von einer neueren Version gespeichert
unsupported_newer_database = Diese Seite ist älter als die, die sie geschrieben hat. Lade sie neu; wenn das nicht hilft, bitte die Person, die den Server betreibt, ihn zu aktualisieren. Es wurde nichts verändert.
unsupported_storage_full_title = Der Speicher ist voll
unsupported_storage_full = Der Datenträger oder der Platz, den der Browser dieser Seite gibt, ist aufgebraucht. Schaffe etwas Platz und lade dann neu, um weiterzumachen. Deine Nachrichten bleiben erhalten.
unsupported_server_version_title = Eine neue Version ist da
unsupported_server_version = Heliograph wurde aktualisiert, und diese Seite gehört zu einer anderen Version. Lade sie neu, um weiterzumachen; es geht nichts verloren.
logged_out_by_user_title = Du bist abgemeldet
logged_out_by_user = Deine Nachrichten wurden aus diesem Browser entfernt. Auf deinem Telefon sind sie noch.
logged_out_remotely_title = Dieses Gerät wurde abgemeldet
logged_out_remotely = Dein Telefon oder ein anderes deiner Geräte hat es abgemeldet. Deine Nachrichten wurden von hier entfernt; auf deinem Telefon sind sie noch.
logged_out_number_moved_title = Deine Nummer wurde auf einem anderen Telefon registriert
logged_out_number_moved = Dieses Gerät gehört nicht mehr zu ihr, und seine Nachrichten wurden entfernt. Wenn du das nicht warst, registriere deine Nummer neu und lege eine PIN fest.
notice_device_linked = { $device } wurde mit deinem Konto verknüpft. Wenn du das nicht warst, melde das Gerät unter „Verknüpfte Geräte“ ab.
notice_device_linked_yesterday = Zur Erinnerung: { $device } wurde gestern mit deinem Konto verknüpft. Wenn du das nicht warst, melde das Gerät ab.
notice_device_unlinked = { $device } wurde abgemeldet.
notice_pin_changed = Deine Registrierungs-PIN wurde geändert.
notice_server_restored = Der Server wurde aus einem Backup wiederhergestellt. Was ihm fehlt, wird noch einmal gesendet.
notice_storage_rolled_back = Der Speicher dieses Geräts wurde auf einen älteren Stand zurückgesetzt. Er repariert sich gerade selbst.
notice_storage_not_persistent = Der Browser kann den Speicher dieser Seite leeren, wenn der Platz knapp wird. Installiere die App, um das zu verhindern.
notice_server_not_trusted = Der Server hat etwas geliefert, das der Prüfung nicht standhält ({ $what }). Nichts davon wurde übernommen.

## Linking

link_title = Diesen Browser mit deinem Telefon verknüpfen
link_qr_label = QR-Code zum Verknüpfen
copy_code = Keine Kamera? Text des Codes kopieren
code_copied = Kopiert. Füge ihn auf deinem Telefon ein
reload_code = Neuen Code anzeigen
no_phone_yet = Noch kein Konto?
open_phone = Heliograph als Telefon öffnen
digits_title = Gib die Ziffern ein, die dein Telefon zeigt
digits_label = Vier Ziffern
checking = Wird geprüft …
certifying = Dein Telefon bestätigt diesen Browser …
opening_overview = Deine Chats treffen ein …
linked_title = Verknüpft
link_progress = Fortschritt der Verknüpfung
link_progress_text = Lass Heliograph auf deinem Telefon geöffnet, bis deine Chats erscheinen.
fetching = Code wird geprüft …
finishing = Wird verknüpft. Lass diese Seite geöffnet …
linked_text = Deine Chats werden jetzt übertragen. Lass diese Seite geöffnet, bis das fertig ist.
all_handed_over = Dieses Telefon hat alles übertragen. Sobald das andere Gerät alle deine Chats zeigt, kann das Telefon ausgeschaltet sein.
handing_over = Stand der Übertragung
scan_text = Öffne Heliograph in dem Browser, den du verknüpfen willst, und richte die Kamera auf den Code dort.
paste_warning = Füge nur einen Code ein, den du selbst aus deinem eigenen Browser kopiert hast. Niemand sonst hat einen Grund, dir einen zu schicken: Wer das tut, will deine Nachrichten lesen.
paste_label = Text des Codes
no_camera = Keine Kamera? Text des Codes einfügen
use_camera = Kamera verwenden
confirm_title = Dieses Gerät verknüpfen?
confirm_warning = Dieses Gerät wird alle deine Nachrichten lesen und in deinem Namen schreiben können.
confirm_pasted = Dieser Code wurde eingefügt. Wenn dir jemand den Code geschickt hat, brich jetzt ab.
browser = Gerät
network = Netzwerk
other_network = { " " }– nicht das Netzwerk dieses Telefons
link_this = Dieses Gerät verknüpfen
type_these = Gib diese Ziffern im Browser ein
type_these_text = Nur in einem Browser, den du vor dir siehst. Verrate sie niemandem.
link_step_open = Öffne Heliograph auf deinem Telefon
link_step_tap = Tippe auf „Geräte“, dann auf „Gerät verknüpfen“
link_step_point = Richte die Kamera des Telefons auf diesen Code
digits_text = Dieser Browser wird mit dem Konto von { $name } verknüpft.
digits_text_nameless = Sie zeigen, dass es dein eigenes Telefon ist, das diesen Browser verknüpft.
digits_wrong =
    { $tries ->
        [one] Die Ziffern waren falsch. Noch { $tries } Versuch.
       *[other] Die Ziffern waren falsch. Noch { $tries } Versuche.
    }
digit_label = Ziffer { $n } von 4
link_in = Dieses Gerät verknüpfen in { $wait }
on_system = { $browser } unter { $system }
linked = { $device } ist verknüpft
link_failed_expired = Dieser Code ist abgelaufen
link_failed_expired_text = Codes gelten eine Minute. Scanne den, den der Browser jetzt zeigt.
link_failed_tampered = Das Verknüpfen wurde zu deiner Sicherheit gestoppt
link_failed_tampered_text = Was der Server geliefert hat, passt nicht zum Code. Vielleicht mischt sich jemand ein. Versuche es in diesem Netzwerk nicht noch einmal; gib der Person Bescheid, die den Server betreibt.
link_failed_other_server = Dieser Code gehört zu einem anderen Server
link_failed_other_server_text = Öffne die Seite des Servers, auf dem dein Konto ist, und scanne den Code dort.
link_failed_digits_wrong = Die Ziffern waren dreimal falsch
link_failed_digits_wrong_text = Es wurde nichts verknüpft. Beginne neu und gib die Ziffern ein, die das Telefon zeigt.
link_failed_cancelled_on_phone = Auf dem Telefon abgebrochen
link_failed_nothing = Es wurde nichts verknüpft.
link_failed_cancelled_on_device = Auf dem anderen Gerät abgebrochen
link_failed_other_side_gone = Das andere Gerät antwortet nicht mehr
link_failed_other_side_gone_text = Es wurde nichts verknüpft. Lass beide Seiten geöffnet und beginne neu.
link_failed_not_confirmed = Verknüpft, aber das Gerät antwortet nicht mehr
link_failed_not_confirmed_text = Es steht in der Liste deiner verknüpften Geräte. Wenn es deine Chats nicht zeigt, melde es dort ab und verknüpfe es neu.
link_failed_too_many_devices = Es sind schon acht Geräte verknüpft
link_failed_too_many_devices_text = Melde eines davon unter „Verknüpfte Geräte“ ab und beginne dann neu.
link_failed_offline = Keine Verbindung
link_failed_offline_text = Zum Verknüpfen brauchen beide Geräte den Server. Prüfe das Netzwerk und versuche es noch einmal.
link_failed_devices_changed = Deine Geräte haben sich inzwischen geändert
link_failed_devices_changed_text = Ein anderes wurde verknüpft oder abgemeldet. Scanne den Code noch einmal.
link_failed_server_failed = Der Server konnte das nicht ausführen
link_failed_server_failed_text = Versuche es gleich noch einmal. Wenn es wieder passiert, gib der Person Bescheid, die den Server betreibt.

## Messages

waiting_short = Warten auf diese Nachricht
newer = Diese Nachricht wurde von einer neueren Version gesendet. Aktualisiere Heliograph, um sie zu sehen.
a_message = Eine Nachricht
not_here = Die ursprüngliche Nachricht ist nicht auf diesem Gerät
pin_message = Für alle anheften
unpin_message = Für alle loslösen
pinned_message = Angeheftete Nachricht:
read_by = Gelesen von
delivered_to = Zugestellt an
not_delivered_to = Noch nicht zugestellt an
edited = Bearbeitet
reply = Antworten
react = Reagieren
more_emoji = Anderes Emoji
reactions_title = Reaktionen
take_back = Zurücknehmen
edit = Bearbeiten
edit_message = Nachricht bearbeiten
edit_too_late = Diese Nachricht lässt sich nicht mehr bearbeiten: Die 15 Minuten dafür sind vorbei. Dein Text ist noch hier; kopiere ihn, um ihn neu zu senden.
stop_reply = Nicht antworten
stop_edit = Bearbeiten abbrechen
delete = Löschen
for_everyone = Für alle löschen
for_me = Für mich löschen
delete_unsent = Sie wurde noch nicht gesendet. Niemand wird sie bekommen.
delete_for_me_text = Sie verschwindet von allen deinen Geräten. Andere behalten sie.
delete_note_text = Sie verschwindet von allen deinen Geräten.
delete_any_text = Für alle: Andere sehen, dass hier eine Nachricht war. Für mich: Sie verschwindet von deinen Geräten, andere behalten sie.
delete_all_unsent = Sie wurden noch nicht gesendet. Niemand wird sie bekommen.
delete_all_for_me_text = Sie verschwinden von allen deinen Geräten. Andere behalten sie.
delete_all_notes_text = Sie verschwinden von allen deinen Geräten.
delete_all_any_text = Für alle: Andere sehen, dass hier Nachrichten waren. Für mich: Sie verschwinden von deinen Geräten, andere behalten sie.
deleted_by_me = Du hast diese Nachricht gelöscht
was_deleted = Diese Nachricht wurde gelöscht
answering = als Antwort an { $who }: { $text }
reactions =
    { $n ->
        [one] { $which }, { $n } Reaktion
       *[other] { $which }, { $n } Reaktionen
    }
delete_one_title = Nachricht löschen?
delete_title =
    { $n ->
        [one] { $n } Nachricht löschen?
       *[other] { $n } Nachrichten löschen?
    }
one_deleted_for_me = Nachricht für dich gelöscht
deleted_for_me =
    { $n ->
        [one] { $n } Nachricht für dich gelöscht
       *[other] { $n } Nachrichten für dich gelöscht
    }
emoji_hint_mac = Gib eines ein oder füge es ein. ⌃⌘Leertaste öffnet die Emoji-Auswahl deines Mac.
emoji_hint_other = Gib eines ein oder füge es ein. Dein System hat eine Emoji-Auswahl: Unter Windows öffnet sie sich mit Win+Punkt, auf dem Telefon ist sie auf der Tastatur.

## Disappearing messages

disappearing_title = Selbstlöschende Nachrichten
disappearing_in_new_chats = Selbstlöschende Nachrichten in neuen Chats
disappearing_in_new_chats_text = Für Chats, die du beginnst, und Gruppen, die du erstellst. Die anderen sehen es im Chat, und dort lässt es sich ändern.
disappearing_entry = Selbstlöschende Nachrichten …
disappearing_text = Neue Nachrichten in diesem Chat verschwinden nach der gewählten Zeit ab dem Senden von den Geräten aller Beteiligten, samt ihren Dateien und auch, wenn sie mit Stern markiert sind. Was schon hier steht, bleibt. Trotzdem kann jemand kopiert haben, was zu lesen war, oder eine ältere Version nutzen, die es behält.
disappearing_off = Nachrichten bleiben ab jetzt erhalten
disappears_at = Verschwindet
disappeared = Diese Nachricht ist verschwunden
disappears = verschwindet
disappearing_choice_off = Aus
disappearing_choice_day = 24 Stunden
disappearing_choice_week = 7 Tage
disappearing_choice_ninety_days = 90 Tage
disappear_after =
    { $after ->
        [day] Nachrichten verschwinden nach 24 Stunden
        [week] Nachrichten verschwinden nach 7 Tagen
       *[ninety_days] Nachrichten verschwinden nach 90 Tagen
    }
line_disappearing_off =
    { $who ->
        [me] Du hast selbstlöschende Nachrichten ausgeschaltet
       *[other] { $by } hat selbstlöschende Nachrichten ausgeschaltet
    }
line_disappearing_day =
    { $who ->
        [me] Du hast eingestellt, dass Nachrichten nach 24 Stunden verschwinden
       *[other] { $by } hat eingestellt, dass Nachrichten nach 24 Stunden verschwinden
    }
line_disappearing_week =
    { $who ->
        [me] Du hast eingestellt, dass Nachrichten nach 7 Tagen verschwinden
       *[other] { $by } hat eingestellt, dass Nachrichten nach 7 Tagen verschwinden
    }
line_disappearing_ninety_days =
    { $who ->
        [me] Du hast eingestellt, dass Nachrichten nach 90 Tagen verschwinden
       *[other] { $by } hat eingestellt, dass Nachrichten nach 90 Tagen verschwinden
    }

## Files

record = Sprachnachricht aufnehmen
voice_note = Sprachnachricht
drop_recording = Verwerfen
pause_recording = Pause
go_on_recording = Aufnahme fortsetzen
nothing_recorded = Es wurde nichts aufgenommen. Ist das Mikrofon noch da?
microphone_refused = Diese Seite darf das Mikrofon nicht verwenden. Erlaube es in den Browsereinstellungen für diese Seite.
microphone_missing = Es wurde kein Mikrofon gefunden, oder ein anderes Programm verwendet es gerade.
attach = Anhängen
photos_and_videos = Fotos und Videos
document = Dokument
drop_here = Dateien zum Senden hier ablegen
caption = Beschriftung
quality = Fotos
quality_standard = Standard
quality_hd = HD
quality_as_is = Als Dokumente
quality_note = Fotos werden verkleinert und ohne Aufnahmeort gesendet.
quality_as_is_note = Fotos werden unverändert gesendet, mit allem, was die Kamera darin vermerkt hat, auch dem Aufnahmeort.
film_note = Videos werden unverändert gesendet, mit allem, was die Kamera darin vermerkt hat, auch dem Aufnahmeort.
cannot_show = Dieses Bild kann hier nicht angezeigt werden. Du kannst es speichern.
cannot_play = Das kann hier nicht abgespielt werden. Du kannst es speichern.
save_as = Speichern unter …
viewer = Fotos und Videos dieses Chats
next_media = Nächstes
previous_media = Vorheriges
zoom_in = Größer
zoom_out = Kleiner
position = Position
kind_photo = Foto
kind_video = Video
kind_audio = Audio
kind_voice = Sprachnachricht
kind_document = Dokument
file_too_large = Eine Datei darf höchstens { $size } groß sein. Sende sie in Teilen.
files_on_their_way = Es sind schon { $max } Dateien unterwegs. Warte, bis einige angekommen sind.
file_not_read = Diese Datei kann nicht gelesen werden. Wähle sie noch einmal aus.
file_stopped = Abgebrochen
file_gone = Der Server hat diese Datei nicht mehr. Bitte um erneutes Senden.
file_damaged = Was ankam, ist nicht das, was gesendet wurde; deshalb wird es nicht angezeigt.
file_no_room_here = Auf diesem Gerät ist kein Platz. Schaffe etwas Platz und versuche es noch einmal.
file_no_room_there = Der Server hat gerade keinen Platz für diese Datei. Versuche es später noch einmal.
file_too_large_there = So große Dateien nimmt der Server nicht an.
file_own_unreadable = Die Datei konnte nicht mehr gelesen werden. Wähle sie noch einmal aus.
file_cannot_be_read = Diese Datei kann nicht gelesen werden.
stop_sending_file =
    { $what ->
        [named] Senden von { $name } abbrechen
        [photo] Senden des Fotos abbrechen
        [video] Senden des Videos abbrechen
        [audio] Senden des Audios abbrechen
        [voice] Senden der Sprachnachricht abbrechen
       *[document] Senden des Dokuments abbrechen
    }
stop_downloading_file =
    { $what ->
        [named] Herunterladen von { $name } abbrechen
        [photo] Herunterladen des Fotos abbrechen
        [video] Herunterladen des Videos abbrechen
        [audio] Herunterladen des Audios abbrechen
        [voice] Herunterladen der Sprachnachricht abbrechen
       *[document] Herunterladen des Dokuments abbrechen
    }
download =
    { $what ->
        [named] { $name } herunterladen, { $size }
        [photo] Foto herunterladen, { $size }
        [video] Video herunterladen, { $size }
        [audio] Audio herunterladen, { $size }
        [voice] Sprachnachricht herunterladen, { $size }
       *[document] Dokument herunterladen, { $size }
    }
save_file =
    { $what ->
        [named] { $name } speichern
        [photo] Foto speichern
        [video] Video speichern
        [audio] Audio speichern
        [voice] Sprachnachricht speichern
       *[document] Dokument speichern
    }
open_media =
    { $what ->
        [named] { $name } öffnen
        [photo] Foto öffnen
        [video] Video abspielen
        [audio] Audio öffnen
        [voice] Sprachnachricht öffnen
       *[document] Dokument öffnen
    }
play =
    { $what ->
        [photo] Foto abspielen
        [video] Video abspielen
        [audio] Audio abspielen
        [voice] Sprachnachricht abspielen
       *[document] Dokument abspielen
    }
pause_media =
    { $what ->
        [photo] Foto anhalten
        [video] Video anhalten
        [audio] Audio anhalten
        [voice] Sprachnachricht anhalten
       *[document] Dokument anhalten
    }
speed = Geschwindigkeit: { $speed }-fach
send_files =
    { $n ->
        [one] Diese Datei senden?
       *[other] { $n } Dateien senden?
    }
preparing = { $n } von { $of } wird vorbereitet …
too_many_files = Höchstens { $max } Dateien auf einmal. Die ersten { $max } sind hier.
remove_file = { $name } entfernen
file_unreadable = { $name } kann nicht gelesen werden und wurde nicht gesendet. Wähle die Datei noch einmal aus.
not_made_smaller = Dieser Browser kann { $name } nicht verkleinern; die Datei wurde nicht gesendet. Als Dokument bleibt sie, wie sie ist.
file_refused = { $name } wurde nicht gesendet. { $why }
place_in = { $at } von { $all }
file_being_sent = wird gesendet
file_not_downloaded = nicht heruntergeladen
file_being_downloaded = wird heruntergeladen
in_viewer = { $at } von { $of }

## Editing of photos

edit_photo_title = Foto bearbeiten
edited_photo = Das Foto, wie es gesendet wird
turn = Drehen
mirror_photo = Spiegeln
crop = Zuschneiden
draw = Zeichnen
cut_here = Schneiden
square = Quadratisch
move_frame = Was bleibt. Verschiebe es mit den Pfeiltasten.
colour = Farbe
width = Stift
thin = Dünn
thick = Dick
use_photo = Übernehmen
not_edited = Dieses Foto kann hier nicht bearbeitet werden.
edit_photo = { $name } bearbeiten
corner_top_left = Ecke oben links. Verschiebe sie mit den Pfeiltasten.
corner_top_right = Ecke oben rechts. Verschiebe sie mit den Pfeiltasten.
corner_bottom_left = Ecke unten links. Verschiebe sie mit den Pfeiltasten.
corner_bottom_right = Ecke unten rechts. Verschiebe sie mit den Pfeiltasten.
colour_white = Weiß
colour_black = Schwarz
colour_red = Rot
colour_yellow = Gelb
colour_blue = Blau

## Emoji

emoji_label = Emoji
search_emoji = Emoji suchen
skin_tone = Hautton
emoji_groups = Emoji-Kategorien
no_emoji_found = Kein Emoji heißt so.
show_emoji = Emoji
emoji_group_faces = Gesichter und Gefühle
emoji_group_people = Personen
emoji_group_nature = Tiere und Natur
emoji_group_food = Essen und Trinken
emoji_group_travel = Reisen und Orte
emoji_group_activities = Aktivitäten
emoji_group_things = Objekte
emoji_group_symbols = Symbole
emoji_group_flags = Flaggen
emoji_group_last = Zuletzt verwendet

## Searching

carried = Medien, Dateien und Links
carried_pictures = Fotos und Videos
carried_files = Dateien
carried_links = Links
nothing_carried = Davon wurde hier noch nichts gesendet
messages_found = Nachrichten
searching = Suche läuft …
nothing_found = Keine Nachrichten gefunden
show_more = Mehr anzeigen
found_full = Es gibt noch mehr Treffer: Gib ein weiteres Wort ein, um sie zu sehen
you_said = Du:{ " " }
search_in_chat = In diesem Chat suchen
search_in_chat_text = Gib Wörter aus einer Nachricht ein, oder wähle, von wem sie ist, was sie enthält oder aus welchen Tagen sie stammt.
search_messages = Nachrichten suchen
filter_messages = Nachrichten filtern
sender = Absender
anybody = Alle
kind = Art
any_kind = Alles
from_day = Ab
to_day = Bis
starred_messages = Mit Stern markiert
no_stars = Hier erscheinen Nachrichten, die du mit Stern markierst. Öffne dazu das Menü der Nachricht und wähle „Mit Stern markieren“, oder drücke auf der Nachricht S.
select = Auswählen
is_selected = Ausgewählt
selection = Ausgewählte Nachrichten
stop_selecting = Auswahl beenden
chosen_full = Es können höchstens 100 Nachrichten ausgewählt werden.
forward = Weiterleiten
forwarded = Weitergeleitet
search_recipients = Suchen, an wen es gehen soll
forward_full = Das sind 5 Chats: Mehr geht nicht auf einmal.
forward_none = Kein Chat hat diesen Namen oder diese Nummer.
is_starred = Mit Stern markiert
forward_invalid = Nur Texte können weitergeleitet werden: 1 bis { $messages } auf einmal, an 1 bis { $chats } Chats.
found =
    { $n ->
        [one] { $n } Nachricht gefunden
       *[other] { $n } Nachrichten gefunden
    }
more_found = Mehr als { $n } Nachrichten gefunden
not_indexed = Ältere Nachrichten werden noch indiziert: { $n } übrig
selected = { $n } ausgewählt
starred =
    { $n ->
        [one] { $n } Nachricht mit Stern markiert
       *[other] { $n } Nachrichten mit Stern markiert
    }
no_longer_starred =
    { $n ->
        [one] Stern von { $n } Nachricht entfernt
       *[other] Stern von { $n } Nachrichten entfernt
    }
forward_title =
    { $n ->
        [one] Nachricht weiterleiten
       *[other] { $n } Nachrichten weiterleiten
    }
forward_to = An { $chats }
forwarded_to = An { $chat } weitergeleitet
forwarded_to_chats =
    { $n ->
        [one] An { $n } Chat weitergeleitet
       *[other] An { $n } Chats weitergeleitet
    }

## Naming people

named_here = Du wirst erwähnt
offered_people = Personen und Emojis
everybody_text = Alle in der Gruppe
to_named = Zu deiner Erwähnung

## People and places

people = Kontakt
people_title = Kontakte senden
people_search = Kontakte suchen
card_write = Nachricht
card_save = Kontakt speichern
place_title = Standort senden
place_here = Meinen Standort verwenden
place_looking = Dieses Gerät wird gefragt …
place_name = Was dort ist (optional)
degrees = Breitengrad, Längengrad
degrees_invalid = Gib zwei Zahlen ein: Grad Nord, dann Grad Ost. Eine Karte zeigt sie als 52.52000, 13.40500.
open_map = In OpenStreetMap öffnen
cards_invalid = Wähle 1 bis 10 Personen aus, jede mit Name und Nummer.
place_invalid = Das ist kein Ort auf der Erde.
a_place = Standort
people_full = Eine Nachricht kann höchstens { $most } Personen enthalten.
place_denied = Diese Seite darf deinen Standort nicht abfragen. Erlaube es in den Browsereinstellungen für diese Seite oder gib die Grade ein.
place_unknown = Dieses Gerät weiß nicht, wo es ist. Gib die Grade ein.
accuracy = auf { $metres } m genau

## Polls

poll_title = Umfrage erstellen
question = Frage
answers = Antworten
several_answers = Mehrere Antworten können gewählt werden
send_poll = Umfrage senden
choose_one = Wähle eine Antwort
choose_several = Wähle eine oder mehrere Antworten
show_votes = Stimmen anzeigen
no_votes = Noch hat niemand abgestimmt.
poll_invalid = Eine Umfrage braucht eine Frage und 2 bis 12 verschiedene Antworten.
a_poll = Umfrage
answer_label = Antwort { $n }
votes =
    { $n ->
        [one] { $n } Stimme
       *[other] { $n } Stimmen
    }
poll = Umfrage: { $question }. { $answers }

## Groups

somebody = Jemand
new_group = Neue Gruppe
group_name = Gruppenname
create_group = Gruppe erstellen
choose_members = Wer dabei ist
search_contacts = Kontakte suchen
no_contact_left = Alle deine Kontakte sind in dieser Gruppe.
add_members = Mitglieder hinzufügen
add = Hinzufügen
admin = Admin
make_admin = Zum Admin machen
withdraw_admin = Adminrechte entziehen
remove_from_group = Aus Gruppe entfernen
message_member = Nachricht
remove = Entfernen
leave_group = Gruppe verlassen
leave = Verlassen
leave_text = Du bekommst ihre Nachrichten nicht mehr. Was gesagt wurde, bleibt auf deinen Geräten. Nur Admins können dich zurückholen.
not_in_group = Du bist nicht mehr in dieser Gruppe.
group_line_created =
    { $who ->
        [me] Du hast diese Gruppe erstellt
       *[other] { $by } hat diese Gruppe erstellt
    }
group_line_added =
    { $who ->
        [me] Du hast { $whom } hinzugefügt
       *[other] { $by } hat { $whom } hinzugefügt
    }
group_line_added_you = { $by } hat dich hinzugefügt
group_line_removed =
    { $who ->
        [me] Du hast { $whom } entfernt
       *[other] { $by } hat { $whom } entfernt
    }
group_line_removed_you = { $by } hat dich entfernt
group_line_joined =
    { $who ->
        [me] Du bist beigetreten
        [us] { $names } seid beigetreten
        [one] { $names } ist beigetreten
       *[many] { $names } sind beigetreten
    }
group_line_gone =
    { $who ->
        [me] Du bist nicht mehr in dieser Gruppe
        [us] { $names } seid nicht mehr in dieser Gruppe
        [one] { $names } ist nicht mehr in dieser Gruppe
       *[many] { $names } sind nicht mehr in dieser Gruppe
    }
group_line_left =
    { $who ->
        [me] Du hast die Gruppe verlassen
       *[other] { $by } hat die Gruppe verlassen
    }
group_line_admins_made =
    { $who ->
        [me] Du bist jetzt Admin
        [us] { $names } seid jetzt Admins
        [one] { $names } ist jetzt Admin
       *[many] { $names } sind jetzt Admins
    }
group_line_admins_withdrawn =
    { $who ->
        [me] Du bist nicht mehr Admin
        [us] { $names } seid nicht mehr Admins
        [one] { $names } ist nicht mehr Admin
       *[many] { $names } sind nicht mehr Admins
    }
group_line_renamed =
    { $who ->
        [me] Du hast diese Gruppe „{ $name }“ genannt
       *[other] { $by } hat diese Gruppe „{ $name }“ genannt
    }
group_line_pinned =
    { $who ->
        [me] Du hast eine Nachricht angeheftet
       *[other] { $by } hat eine Nachricht angeheftet
    }
listed_you = du
listed_somebody = jemand
listed_you_object = dich
listed_somebody_object = jemanden
listed_and = { $others } und { $last }
group_too_large = Eine Gruppe hat höchstens { $max } Mitglieder.
group_last_admin = Nur du hast in dieser Gruppe Adminrechte. Mach zuerst jemand anderen zum Admin.
group_only_admins = Das können nur Admins dieser Gruppe.
members =
    { $n ->
        [one] { $n } Mitglied
       *[other] { $n } Mitglieder
    }
remove_member = { $name } aus „{ $group }“ entfernen?
leave_title = „{ $group }“ verlassen?

## What members may

description = Beschreibung
add_description = Beschreibung hinzufügen
change_description = Beschreibung ändern
description_too_long = Diese Beschreibung ist zu lang.
add_group_photo = Foto hinzufügen
change_group_photo = Foto ändern
remove_group_photo = Foto entfernen
who_may = Wer was darf
who_may_text = Personen hinzufügen und entfernen können immer nur Admins.
everybody_sends = Alle dürfen Nachrichten senden
everybody_edits = Alle dürfen Name, Foto und Beschreibung ändern
only_admins_send = Nur Admins können Nachrichten senden
in_common = Gemeinsame Gruppen
group_line_described =
    { $who ->
        [me] Du hast die Gruppenbeschreibung geändert
       *[other] { $by } hat die Gruppenbeschreibung geändert
    }
group_line_description_removed =
    { $who ->
        [me] Du hast die Gruppenbeschreibung entfernt
       *[other] { $by } hat die Gruppenbeschreibung entfernt
    }
group_line_photo_changed =
    { $who ->
        [me] Du hast das Gruppenfoto geändert
       *[other] { $by } hat das Gruppenfoto geändert
    }
group_line_photo_removed =
    { $who ->
        [me] Du hast das Gruppenfoto entfernt
       *[other] { $by } hat das Gruppenfoto entfernt
    }
group_line_admins_send =
    { $who ->
        [me] Du hast eingestellt, dass ab jetzt nur Admins Nachrichten senden dürfen
       *[other] { $by } hat eingestellt, dass ab jetzt nur Admins Nachrichten senden dürfen
    }
group_line_everybody_sends =
    { $who ->
        [me] Du hast eingestellt, dass ab jetzt alle Mitglieder Nachrichten senden dürfen
       *[other] { $by } hat eingestellt, dass ab jetzt alle Mitglieder Nachrichten senden dürfen
    }
group_line_admins_edit =
    { $who ->
        [me] Du hast eingestellt, dass ab jetzt nur Admins Name, Foto und Beschreibung ändern dürfen
       *[other] { $by } hat eingestellt, dass ab jetzt nur Admins Name, Foto und Beschreibung ändern dürfen
    }
group_line_everybody_edits =
    { $who ->
        [me] Du hast eingestellt, dass ab jetzt alle Mitglieder Name, Foto und Beschreibung ändern dürfen
       *[other] { $by } hat eingestellt, dass ab jetzt alle Mitglieder Name, Foto und Beschreibung ändern dürfen
    }
rules =
    { $send ->
        [admins] Nachrichten: nur Admins.
       *[everybody] Nachrichten: alle.
    } { $edit ->
        [admins] Name, Foto und Beschreibung: nur Admins.
       *[everybody] Name, Foto und Beschreibung: alle.
    }

## Links into groups

invite_link = Einladungslink
no_link_yet = Über einen Link kommt niemand herein
link_lets_in = Wer ihn hat, kommt herein
link_asks = Du entscheidest, wer hereinkommt
invite_link_text = Wer diesen Link hat, kann anfragen, in diese Gruppe zu kommen. Gib ihn Personen, denen du das anvertraust.
make_link = Link erstellen
copy_invite_link = Link kopieren
share_link = Link teilen
approve_each = Admins entscheiden über jede Anfrage
reset_link = Link zurücksetzen
reset_link_text = Der bisherige Link führt dann nirgendwohin. Wer ihn hat, braucht den neuen.
turn_link_off = Link ausschalten
let_in_button = Zulassen
look_at_asking = Ansehen
join_title = Gruppe beitreten
join_call_title = Anruf beitreten
ask_to_join = Beitritt anfragen
ask_again = Erneut anfragen
join_call = Anruf beitreten
open_group = Gruppe öffnen
join_privacy = Die Admins dieser Gruppe sehen deinen Namen und deine Nummer. Der Name der Gruppe ist der, den der Link nennt.
stop_asking = Anfrage zurückziehen
new_call_link = Anruflink erstellen
call_link = Anruflink
call_link_text = Wer diesen Link hat, kommt in den Anruf, sobald du oder jemand anderes daraus online ist.
invited_first = Du hast einen Link zu einer Gruppe. Es geht weiter, sobald dieses Gerät ein Konto hat.
invited_to_phone = Ist das dein Telefon? Dort weitermachen
call_of = Anruf von { $name }
asking_to_join =
    { $n ->
        [one] { $n } Person möchte beitreten
       *[other] { $n } Personen möchten beitreten
    }
group_line_link_on =
    { $who ->
        [me] Du hast den Einladungslink eingeschaltet
       *[other] { $by } hat den Einladungslink eingeschaltet
    }
group_line_link_reset =
    { $who ->
        [me] Du hast den Einladungslink zurückgesetzt
       *[other] { $by } hat den Einladungslink zurückgesetzt
    }
group_line_link_off =
    { $who ->
        [me] Du hast den Einladungslink ausgeschaltet
       *[other] { $by } hat den Einladungslink ausgeschaltet
    }
join_open =
    { $to ->
        [call] Dieser Link führt zu einem Anruf.
        [group] Dieser Link führt zu einer Gruppe.
       *[named] Dieser Link führt zu „{ $name }“.
    }
join_asking_call =
    { $to ->
        [named] Du wartest auf Einlass in „{ $name }“ – jemand aus dem Anruf muss online sein.
       *[call] Du wartest auf Einlass in einen Anruf – jemand daraus muss online sein.
    }
join_asking_group =
    { $to ->
        [named] Du wartest auf Einlass in „{ $name }“ – ein Admin der Gruppe muss online sein.
       *[group] Du wartest auf Einlass in eine Gruppe – ein Admin der Gruppe muss online sein.
    }
join_waiting =
    { $to ->
        [call] Deine Anfrage, einem Anruf beizutreten, wurde gesendet. Ein Admin sieht sie sich an.
        [group] Deine Anfrage, einer Gruppe beizutreten, wurde gesendet. Ein Admin sieht sie sich an.
       *[named] Deine Anfrage, „{ $name }“ beizutreten, wurde gesendet. Ein Admin sieht sie sich an.
    }
join_in =
    { $to ->
        [call] Du bist in einem Anruf.
        [group] Du bist in einer Gruppe.
       *[named] Du bist in „{ $name }“.
    }
join_declined_call =
    { $to ->
        [named] Ein Admin des Anrufs hat deine Anfrage abgelehnt, „{ $name }“ beizutreten.
       *[call] Ein Admin des Anrufs hat deine Anfrage abgelehnt, einem Anruf beizutreten.
    }
join_declined_group =
    { $to ->
        [named] Ein Admin der Gruppe hat deine Anfrage abgelehnt, „{ $name }“ beizutreten.
       *[group] Ein Admin der Gruppe hat deine Anfrage abgelehnt, einer Gruppe beizutreten.
    }
join_void =
    { $to ->
        [call] Dieser Link zu einem Anruf ist nicht mehr gültig. Bitte um einen neuen.
        [group] Dieser Link zu einer Gruppe ist nicht mehr gültig. Bitte um einen neuen.
       *[named] Dieser Link zu „{ $name }“ ist nicht mehr gültig. Bitte um einen neuen.
    }
join_full =
    { $to ->
        [call] In diesem Anruf ist kein Platz mehr. Es sind schon so viele Personen darin wie möglich.
        [group] In dieser Gruppe ist kein Platz mehr. Es sind schon so viele Personen darin wie möglich.
       *[named] In „{ $name }“ ist kein Platz mehr. Es sind schon so viele Personen darin wie möglich.
    }

## Calls

calls = Anrufe
no_calls = Noch keine Anrufe. Ein Anruf beginnt in einem Chat: Öffne einen und drücke auf das Telefon oder die Kamera.
voice_call = Sprachanruf
video_call = Videoanruf
calling = Wird angerufen …
in_another_call = In einem anderen Anruf …
connecting = Wird verbunden …
reconnecting = Wird neu verbunden …
answer = Annehmen
answer_with_camera = Mit Kamera annehmen
hang_up_and_answer = Auflegen und annehmen
hang_up_and_answer_with_camera = Auflegen und mit Kamera annehmen
decline = Ablehnen
hang_up = Auflegen
microphone_off = Mikrofon ausschalten
microphone_on = Mikrofon einschalten
camera_off = Kamera ausschalten
camera_on = Kamera einschalten
screen_on = Bildschirm teilen
screen_off = Bildschirm nicht mehr teilen
call_microphone_gone = Das Mikrofon wurde getrennt. Jetzt wird ein anderes verwendet.
call_camera_gone = Die Kamera wurde getrennt. Jetzt wird eine andere verwendet.
devices_of_calls = Mikrofon, Kamera, Lautsprecher
microphone = Mikrofon
camera = Kamera
loudspeaker = Lautsprecher
system_device = Systemstandard
try_microphone = Mikrofon testen
try_loudspeaker = Ton abspielen
tone_is_played = Du solltest einen Ton gehört haben.
microphone_level = Lautstärke des Mikrofons
microphone_is_off = Dein Mikrofon ist aus.
microphone_refused_here = Der Browser lässt Heliograph das Mikrofon nicht verwenden. Erlaube es neben der Adresse.
microphone_missing_here = Es wurde kein Mikrofon gefunden. Schließ eines an.
hand_up = Hand heben
hand_down = Hand senken
keys_of_calls = Im Anruf
call_people = Wer noch fehlt
call_all_there = Alle Mitglieder sind im Anruf.
call_to_group = Personen hinzufügen
call_add_about = Der Anruf geht in einer neuen Gruppe weiter, mit euch beiden und allen, die du auswählst.
call_add_too_many = Ein Anruf fasst 32 Personen: Wähle höchstens 30 aus.
call_grows = Personen werden hinzugefügt …
ring = Anklingeln
rung = Es klingelt …
call_smaller = Anruf verkleinern
call_larger = Anruf vergrößern
call_by_speaker = Sprechende groß zeigen
call_all_alike = Alle gleich groß zeigen
picture_in_picture = Bild über anderen Fenstern
connection_weak = Schwache Verbindung
connection_bad = Schlechte Verbindung
call_ways = Anruf
your_picture = Dein Bild
call_asking = Dein Browser fragt, ob Heliograph das Mikrofon und die Kamera verwenden darf.
call_needs_browser = Dieser Browser kann Anrufe nicht verschlüsseln. Bitte aktualisiere ihn oder ruf aus einem anderen an.
call_microphone_refused = Der Browser lässt Heliograph das Mikrofon nicht verwenden: Die anderen hören dich nicht. Erlaube es neben der Adresse und schalte das Mikrofon ein.
call_microphone_missing = Es wurde kein Mikrofon gefunden: Die anderen hören dich nicht. Schließ eines an und schalte das Mikrofon ein.
call_camera_refused = Der Browser lässt Heliograph die Kamera nicht verwenden. Erlaube es neben der Adresse und schalte die Kamera ein.
call_camera_missing = Es wurde keine Kamera gefunden, oder ein anderes Programm verwendet sie. Schließ eine an und schalte die Kamera ein.
call_key_microphone = Mikrofon ein oder aus
call_key_camera = Kamera ein oder aus
call_key_screen = Bildschirm teilen oder nicht mehr teilen
call_key_hand = Hand heben oder senken
call_key_small = Anruf verkleinern
call_with = Anruf mit { $chat }
picture_of = Bild von { $name }
ring_member = { $name } anklingeln
device = Gerät { $number }
call_sign_microphone_off = Mikrofon aus
call_sign_camera_off = Kamera aus
call_sign_hand = Hand gehoben
raised_hands = Gehobene Hände: { $names }
ringing =
    { $kind ->
        [video] Videoanruf von { $name }
       *[voice] Sprachanruf von { $name }
    }
ringing_meanwhile =
    { $kind ->
        [video] Videoanruf, während du in einem anderen Anruf bist
       *[voice] Sprachanruf, während du in einem anderen Anruf bist
    }
ringing_meanwhile_from =
    { $kind ->
        [video] Videoanruf von { $name }, während du in einem anderen Anruf bist
       *[voice] Sprachanruf von { $name }, während du in einem anderen Anruf bist
    }
call_over =
    { $kind ->
        [video] Videoanruf, { $length }
       *[voice] Sprachanruf, { $length }
    }
call_went_on =
    { $kind ->
        [video] Videoanruf, { $length }, in einer Gruppe fortgesetzt
       *[voice] Sprachanruf, { $length }, in einer Gruppe fortgesetzt
    }
call_no_answer =
    { $kind ->
        [video] Videoanruf, nicht angenommen
       *[voice] Sprachanruf, nicht angenommen
    }
call_declined =
    { $kind ->
        [video] Videoanruf, abgelehnt
       *[voice] Sprachanruf, abgelehnt
    }
missed_call =
    { $kind ->
        [video] Verpasster Videoanruf
       *[voice] Verpasster Sprachanruf
    }
call_outgoing = Ausgehend:{ " " }
call_incoming = Eingehend:{ " " }
call_again =
    { $kind ->
        [video] Videoanruf mit { $chat }
       *[voice] Sprachanruf mit { $chat }
    }
call_on_other_device = Du bist auf einem anderen Gerät in diesem Anruf
call_move_here = Hierher holen
call_goes_on =
    { $n ->
        [one] Hier läuft ein Anruf mit { $n } Person
       *[other] Hier läuft ein Anruf mit { $n } Personen
    }
call_join_running = Beitreten
call_on_other_device_short = Im Anruf auf anderem Gerät
call_running_short = Anruf läuft: beitreten
call_end_declined = { $name } hat deinen Anruf abgelehnt.
call_end_no_answer = { $name } hat nicht abgenommen.
call_end_elsewhere = Der Anruf wurde auf einem anderen deiner Geräte angenommen.
call_end_moved = Der Anruf geht auf einem anderen deiner Geräte weiter.
call_end_not_member = Du bist nicht mehr in diesem Chat und seinem Anruf.
call_end_left_behind = { $name } hat Personen hinzugefügt und in einer Gruppe weitergemacht, die hier nicht angekommen ist. Ruf noch einmal an.
call_end_failed = Der Anruf konnte nicht verbunden werden. Prüfe dein Netzwerk und ruf noch einmal an.
call_growth_goes_on = { $by } hat Personen hinzugefügt: Der Anruf geht in der Gruppe { $group } weiter.
call_growth_not_made = Die Gruppe konnte nicht erstellt werden. Der Anruf geht weiter wie bisher; versuche es noch einmal.
call_growth_other_stays = { $name } ist noch nicht in den Anruf der Gruppe mitgekommen.
call_refused_in_call = Du bist schon in einem Anruf. Leg zuerst auf.
call_refused_nobody = In diesem Chat kann niemand angerufen werden.
call_refused_not_offered = Dieser Server bietet keine Anrufe an. Frag die Person, die ihn betreibt.
call_refused_full = Dieser Anruf ist voll. Versuche es noch einmal, wenn jemand gegangen ist.
call_refused_connection = Die Verbindung des Anrufs wurde nicht angenommen. Leg auf und ruf noch einmal an.

## Clearing, deleting, blocking

export_chat = Chat exportieren …
export_title = Diesen Chat exportieren?
export_text = Eine Textdatei mit allen Nachrichten, die auf diesem Gerät sind. Fotos und andere Dateien werden darin genannt und gehören nicht dazu. Selbstlöschende Nachrichten fehlen. Wer die Datei hat, kann sie lesen.
export_go = Exportieren
exported = Chat exportiert
export_file_name = Chat mit { $chat }
exporting =
    { $total ->
        [one] { $done } von { $total } Nachricht
       *[other] { $done } von { $total } Nachrichten
    }
export_left_out =
    { $n ->
        [one] { $n } selbstlöschende Nachricht fehlt hier.
       *[other] { $n } selbstlöschende Nachrichten fehlen hier.
    }
clear_chat = Chat leeren …
clear_title = Diesen Chat leeren?
clear_text = Alle bisherigen Nachrichten verschwinden von allen deinen Geräten, samt ihren Dateien. Die anderen behalten ihre. Das lässt sich nicht rückgängig machen.
keep_starred = Nachrichten mit Stern behalten
clear = Leeren
cleared = Chat geleert
delete_chat = Chat löschen …
delete_chat_title = Diesen Chat löschen?
delete_chat_text = Er verschwindet auf allen deinen Geräten aus der Liste, mit allen Nachrichten und Dateien, auch denen mit Stern. Die anderen behalten ihre. Er kommt leer wieder, sobald darin etwas Neues geschrieben wird. Das lässt sich nicht rückgängig machen.
chat_deleted = Chat gelöscht
block = Blockieren …
block_text = Was dir diese Person während der Blockierung in diesem Chat schreibt, und ihre Anrufe erreichen dich nicht, auch später nicht. Sie erfährt nichts davon; bei ihr sehen ihre Nachrichten zugestellt aus, und sie sieht weiterhin deinen Namen und dein Foto. In Gruppen seht ihr einander weiterhin.
block_report = Sonst erfährt es niemand, auch nicht die Person, die diesen Server betreibt: Sie könnte nicht lesen, was geschrieben wurde.
block_and_delete = Auch diesen Chat löschen
block_go = Blockieren
unblock_them = Freigeben
blocked_people = Blockierte Personen
nobody_blocked = Du hast niemanden blockiert.
not_a_contact = Nicht in deinen Kontakten
add_to_contacts = Zu Kontakten hinzufügen
contact_added = Zu deinen Kontakten hinzugefügt
block_title = { $name } blockieren?
you_blocked = Du hast { $name } blockiert.
blocked = { $name } ist blockiert
unblocked = { $name } ist nicht mehr blockiert
block_moved = { $name } hat ein neues Konto hinter einer Nummer, die du blockiert hast, und ist deshalb auch blockiert.
unblock = { $name } freigeben
kept_out_blocked = Du hast diese Person blockiert. Gib sie zuerst frei.
kept_out_group = Verlass zuerst diese Gruppe. Dann kann sie gelöscht werden.

## Notifications

push = In diesem Browser benachrichtigen, auch wenn keine Seite geöffnet ist
push_blocked = Dieser Browser hat Benachrichtigungen für diese Website blockiert. Erlaube sie in den Browsereinstellungen für diese Website und schalte das dann ein.
push_unsupported = Dieser Browser kann nicht benachrichtigen, wenn keine Seite geöffnet ist. Füge diese Seite auf einem iPhone oder iPad zuerst zum Home-Bildschirm hinzu.
push_failed = Der Benachrichtigungsdienst des Browserherstellers war nicht erreichbar. Versuche es später noch einmal.
push_not_kept = Dieser Browser konnte das Programm nicht speichern, das er zum Benachrichtigen braucht. Lade die Seite neu und schalte das dann noch einmal ein.
previews = Benachrichtigungen zeigen
previews_text = Name und Nachricht
previews_sender = Nur Name
previews_nothing = Nur, dass es eine Nachricht gibt
previews_scope = Der Schalter gilt für diesen Browser; was Benachrichtigungen zeigen, wählst du für alle deine Geräte.
mute_title = Diesen Chat stummschalten
mute_text = Du wirst auf allen deinen Geräten nicht über seine Nachrichten benachrichtigt, und seine Anrufe klingeln nicht.
mute_8_hours = 8 Stunden lang
mute_a_week = Eine Woche lang
mute_always = Immer
incoming_call = Eingehender Anruf
new_messages =
    { $n ->
        [one] { $n } neue Nachricht
       *[other] { $n } neue Nachrichten
    }
unmute_now = Stummschaltung aufheben
unmute = Stummschaltung aufheben (endet { $until })
error_push_host = Dieser Server kennt den Dienst nicht, der diesen Browser benachrichtigt. Frag die Person, die ihn betreibt.
error_push_off = Dieser Server sendet keine Benachrichtigungen an Browser. Frag die Person, die ihn betreibt.

## Backups

backup = Backup
backup_text = Deine Chats, Kontakte und Einstellungen werden versiegelt auf dem Server aufbewahrt, einmal am Tag, während dieses Telefon online ist. Ohne den Backup-Schlüssel kann sie niemand lesen, auch nicht die Person, die den Server betreibt. Fotos und Dateien sind nicht dabei.
make_key = Backup-Schlüssel erstellen
key_title = Dein Backup-Schlüssel
key_text = Schreib diese 64 Ziffern auf und bewahre sie sicher auf. Sie werden nur dieses eine Mal angezeigt. Ohne sie kann niemand dein Backup wiederherstellen.
wrote_it_down = Aufgeschrieben
confirm_text = Gib zur Sicherheit zwei der Zifferngruppen ein, die du aufgeschrieben hast.
confirm_wrong = Das ist nicht, was angezeigt wurde. Vergleiche es mit dem, was du aufgeschrieben hast.
show_key_again = Noch einmal anzeigen
turn_on = Backups einschalten
back_up_now = Jetzt sichern
backup_to_file = In einer Datei speichern
backup_saved = Backup gespeichert. Sein Backup-Schlüssel öffnet es.
backup_file_name = heliograph-backup.hgb
turn_off = Ausschalten
backup_off_question = Backups ausschalten?
backup_off_text = Der Server löscht seine Kopie. Geht dieses Telefon verloren, gehen deine Nachrichten mit ihm verloren.
no_backup_yet = Es gibt noch kein Backup.
restore_title = Dein Konto wiederherstellen?
recovery_key = Backup-Schlüssel
restore = Wiederherstellen
restore_file = Aus einer Datei wiederherstellen
start_anew = Ohne Backup beginnen
start_anew_title = Ohne deine Nachrichten beginnen?
start_anew_text = Für diese Nummer wird ein neues Konto angelegt. Dein altes verliert sie, mit seinen Nachrichten, Gruppen und verknüpften Geräten, und deine Kontakte erfahren, dass sich deine Sicherheitsnummer geändert hat.
delete_account = Konto löschen
delete_account_title = Dein Konto löschen?
delete_account_text = Alles verschwindet von diesem Telefon, von allen deinen verknüpften Geräten und vom Server, auch das Backup. Andere behalten, was du ihnen geschrieben hast. Das lässt sich nicht rückgängig machen.
type_your_number = Gib zur Bestätigung deine Nummer ein
restore_text = Es gibt ein Backup dieses Kontos, erstellt { $when }. Gib seinen Backup-Schlüssel ein, um deine Nachrichten auf dieses Telefon zurückzuholen. { $devices }
restore_from_file_text = Der Server hat kein Backup, das hier wiederhergestellt werden kann. Wenn du eines in einer Datei hast, gib seinen Backup-Schlüssel ein und wähle die Datei aus. { $devices }
restore_nobody_stays = Das bisherige Telefon wird abgemeldet.
restore_devices_stay =
    { $n ->
        [one] Das bisherige Telefon wird abgemeldet. { $n } anderes Gerät bleibt verknüpft: Wenn du es nicht kennst, melde es sofort unter „Verknüpfte Geräte“ ab.
       *[other] Das bisherige Telefon wird abgemeldet. { $n } andere Geräte bleiben verknüpft: Wenn du weniger kennst, melde die übrigen sofort unter „Verknüpfte Geräte“ ab.
    }
group_label = Zifferngruppe { $n }
notice_backup_part_awaited = Ein Teil deines Backups fehlt auf dem Server oder wurde dort verändert. Er wird noch etwa eine Stunde lang immer wieder angefragt. Lass das hier geöffnet.
notice_backup_part_lost = Ein Teil deines Backups konnte nicht wiederhergestellt werden. Alles andere ist da.
backed_up = Zuletzt gesichert { $when }
backing_up =
    { $total ->
        [one] Wird gesichert: { $done } von { $total } Nachricht
       *[other] Wird gesichert: { $done } von { $total } Nachrichten
    }
backup_no_room = Der Server hat keinen Platz für ein neues Backup. Frag die Person, die ihn betreibt. Das vorige ist noch da.
backup_too_large = Dieses Konto ist zu groß für ein Backup.
backup_not_taken = Der Server hat das neue Backup nicht angenommen. Das vorige ist noch da.
error_recovery_key_length = Ein Backup-Schlüssel hat 64 Ziffern; hier sind es { $digits }.
error_recovery_key_signs = Ein Backup-Schlüssel besteht nur aus Ziffern.
error_recovery_key_group = Eine Ziffer in Zifferngruppe { $group } ist falsch. Vergleiche sie mit dem, was du aufgeschrieben hast.
error_recovery_key_wrong = Das Backup lässt sich mit diesem Backup-Schlüssel nicht öffnen. Er gehört zu einem anderen Backup, oder das Backup wurde verändert.
error_backup_damaged = Dieses Backup ist beschädigt oder unvollständig. Nichts daraus wurde übernommen.
error_backup_newer = Dieses Backup wurde von einer neueren Version erstellt. Lade die Seite neu und versuche es noch einmal.
error_backup_other = Dieses Backup gehört zu einem anderen Konto als dem, zu dem diese Nummer führt.
error_devices_rolled_back = Der Server nennt eine ältere Liste deiner Geräte, als dieses Backup kennt. Es wurde nichts wiederhergestellt. Gib der Person Bescheid, die den Server betreibt.
error_still_restoring = Dein Backup wird noch wiederhergestellt. Versuche es noch einmal, wenn alles da ist.
error_backup_none = Der Server hat kein Backup dieses Kontos. Stelle es aus einer Datei wieder her.
error_backup_off = Backups sind nicht eingeschaltet.
error_confirm_wrong = Das ist nicht deine Nummer. Es wurde nichts gelöscht.
error_pin_needed = Gib die Registrierungs-PIN deines Kontos ein.
