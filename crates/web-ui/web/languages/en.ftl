### The words of the pages. A name in braces is filled in; names of people come with marks that keep their direction.

## Before the pages begin

# Read by boot.js: one line each, and nothing in braces but what stands there.
boot_open = Open { $link }
boot_insecure = Browsers keep encryption and storage to secure pages. Open the https:// address that the server printed when it started; on the server's own machine http://localhost works too.
boot_old_browser = It lacks { $missing }. Please update it, or use a current Chrome, Edge, Firefox or Safari.
boot_not_started_title = Heliograph did not start
boot_not_started = Reload the page. If that does not help, the server may have been updated: clear this page's cache. Your messages are kept.

## The pages

app_name = Heliograph
today = Today
yesterday = Yesterday
# Between the names of a list.
list_separator = ,{ " " }
draft_too_long = This draft is too long to be kept. Send it in parts, or keep it elsewhere.
draft_not_kept = The draft could not be kept. Send it, or copy it, before you leave this page.
mark_not_kept = What you have read could not be noted. Open the chat once more later.
not_loaded = These messages could not be loaded. Close the chat and open it again.
keys = Keyboard shortcuts
keys_of_lists = In the lists of chats and messages
keys_of_composer = Where you write
waiting = Waiting for this message. Other devices have been asked for it.
new_message = New message
camera_picture = Camera picture
camera_refused = The camera is not allowed for this page. Allow it in the browser's settings for this page.
camera_missing = No camera was found, or another program is using it.
opening = Opening your messages…
reload = Reload
start_again = Start again
other_tab_title = Heliograph is open in another tab
other_tab_text = Only one tab at a time can hold your messages. Click “Use here” to go on in this one.
use_here = Use here
chats_arriving = Your chats are on their way from your phone.
halted_title = Heliograph stopped
halted_text = Something unexpected happened. Your messages are kept. Reload the page to go on.
unsent = This was not sent. Copy it before you reload:
for_a_report = For a report
one_moment = One moment…
next = Next
later = Later
finish = Finish
done = Done
close = Close
cancel = Cancel
save = Save
back = Back
try_again = Try again
unknown = unknown
number_title = Your phone number
number_label = Phone number
phone_note = This page becomes the phone of your account: it holds the account's key and links your browsers.
code_title = Enter the code
code_label = One-time code
new_code = Send a new code
other_number = Change the number
pin_title = Enter your PIN
pin_text = This number has an account that is protected by a registration PIN.
pin_label = Six-digit PIN
show_pin = Show the PIN
hide_pin = Hide the PIN
choose_pin_title = Choose a PIN
choose_pin_text = It keeps others from registering your number. You are asked for it when you register again, and before a pasted code links a device.
set_pin = Set PIN
profile_title = How others see you
profile_text = Your name and photo are encrypted; only people you write with see them.
losing_phone = Your messages and your account's key live in this browser's storage. If you clear it, they are gone unless a linked device has them.
choose_photo = Choose a photo
your_name = Your name
about = About
encrypted_footer = End-to-end encrypted
copy_failed = The browser did not allow copying.
chats = Chats
new_chat = New chat
search_chats = Search chats and messages
filter = Filter
all = All
unread = Unread
archived = Archived
marked_unread = marked unread
is_pinned = pinned
muted = muted
unread_messages = unread
typing = typing…
draft = Draft:
loading_chats = Loading chats
loading_messages = Loading messages
show_all = Show all chats
no_chats = Your chats will be here. Write to somebody on this server.
mirror_progress = Progress of the mirror
notes = Message yourself
notes_text = Notes to yourself, on all your devices
you = You
message_menu = Message menu
send_again = Not sent. Send again
copied = Copied
copy = Copy
star = Star
unstar = Remove star
message_info = Message information
write_message = Message
send = Send
no_chat_open = Choose a chat to read and write.
phone_may_be_off = Your phone may be off.
no_messages = No messages yet. Write the first one.
chat_info = Chat information
chat_menu = Chat menu
pin = Pin to the top
unpin = Unpin
mute = Mute…
mark_read = Mark as read
now_archived = Chat archived
unarchived = Chat taken out of the archive
undo = Undo
list_width = Width of the list
mark_unread = Mark as unread
archive = Archive
unarchive = Take out of the archive
close_chat = Close chat
history_arriving = Older messages are on their way from your phone.
not_yet = not yet
time_unknown = yes, at a time that this device does not know
sent_at = Sent
received = Received
delivered_at = Delivered
read_at = Read
history = History on this device
complete = Complete
arriving = On its way from your phone
devices = Devices
safety_number = Safety number
verified = Compared by you
not_verified = Not compared yet
verify = They are the same
unverify = Take the comparison back
scan_theirs = Scan their code
show_digits = Show the digits
safety_scan_text = Point the camera at the code that they see under Safety number in their chat with you.
safety_same = The codes are the same: nobody stands between you. Keep that by “They are the same”.
safety_qr = Safety number as a QR code
contact_name = How you call them
saved = Saved
number_or_link = Phone number or contact link
their_name = Name (optional)
write_to = Open chat
scan_a_code = Scan a code
scan_any_text = Point the camera at the code of a browser that you want to link, or at somebody's contact code.
scan_instead = Without a camera: a browser is linked under Linked devices, a person is added under New chat.
scan_contact = Scan a contact's QR code
my_code = My contact code
my_code_short = My code
my_code_text = Whoever scans this code, or opens the link, can write to you.
copy_link = Copy contact link
contacts = Contacts
no_contacts = Whom you add will be here: by number, link or code, or from the information of a chat.
no_contact_fits = No contact has this name or number.
linked_devices = Linked devices
devices_text_phone = Up to eight browsers and terminals can mirror this account. Your phone may be off once they are linked.
devices_text = All devices of your account. They are linked, and others logged out, on your phone.
link_a_device = Link a device
no_devices = No device is linked yet.
log_out = Log out
log_out_all = Log out all devices
log_out_all_question = Log out all linked devices? Their messages are removed from them.
log_out_here_question = Log out this browser? Your messages are removed from it; they stay on your phone.
this_device = This device
online_now = Connected now
never_seen = Not seen yet
seen_unknown = Not known without a connection
settings = Settings
change_pin = Change the registration PIN
set_a_pin = Set a registration PIN
remove_pin = Remove PIN
notifications = Notifications
allow_notifications = Allow notifications
appearance = Appearance
theme = Colours
automatic = Automatic
light = Light
dark = Dark
direction = Direction
ltr = Left to right
rtl = Right to left
enter_sends = Enter sends the message
read_receipts = Read receipts
sounds = A sound for new messages
your_profile = Your profile
offline = No connection. What you write is sent later.
try_now = Try now
catching_up = Catching up…
new_version = A new version is ready.
part_coming = Loading…
part_missing_title = This could not be loaded
part_missing = This could not be loaded. Try again when you are online.
part_gone = A new version is ready. Reload to open this.
skip_to_chats = Skip to the chats
skip_to_composer = Skip to writing
skips = Skip links
conversation = Conversation
sections = Sections
# Durations, also within sentences.
seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
minutes =
    { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
# Lines of a chat itself.
line_encrypted = Messages here are end-to-end encrypted. Nobody outside this chat can read them, not even the server.
line_safety_number_changed = Your safety number with { $who } changed. They may have a new phone; compare it if it matters.
line_devices_changed =
    { $n ->
        [one] { $who } now uses { $n } device.
       *[other] { $who } now uses { $n } devices.
    }
line_history_differs = The members of this chat see different histories. The server is not to be trusted.
line_unknown_device = A device in this chat is not on its owner's signed list. Nothing is sent until it is removed.
line_own_device_linked = You linked a device: { $device }.
line_own_device_unlinked = A device was logged out: { $device }.
# Dates in full.
may_be_missing_before = Messages from before { $to } may be missing. This device was away for longer than the server keeps them.
may_be_missing_of = Messages of { $day } may be missing. This device was away for longer than the server keeps them.
may_be_missing_between = Messages from { $from } to { $to } may be missing. This device was away for longer than the server keeps them.
status_failed = Not sent
status_pending = Waiting to be sent
# Stands in the place of a server's name.
this_server = This server
number_text = { $server } sends you a code to make sure that it is yours.
number_text_foreign = { $server } sends you a code to make sure that it is yours. Write it with its country code.
code_text = A code of { $length } digits was sent to { $number }. Is that not your number? Then change it. On a server of your own the code stands on the server's console.
new_code_in = New code in { $wait }
nothing_found_for = No chats or messages found for “{ $typed }”.
all_is_read = You have read everything.
archive_is_empty = The archive is empty.
menu_of = Menu of { $chat }
# Names the list of a chat's messages.
messages_with = Messages with { $who }
to_bottom = To the newest message
to_bottom_unread =
    { $n ->
        [one] To the newest message, { $n } unread message
       *[other] To the newest message, { $n } unread messages
    }
# $when is a day, as "Yesterday", or a date.
history_back_to = Complete back to { $when }. Older messages may still come from your other devices.
complete_back_to = Complete back to { $when }; the rest may still come
safety_text = Compare these digits, or the code, with what { $who } sees. If they are the same, nobody stands between you.
safety_differs = The codes differ. Make sure that { $who } shows the code of the chat with you; if so, somebody may stand between you. Write nothing that others must not read, and tell the person who runs the server.
mirror_waits = Waiting for your phone. Open Heliograph on it to go on.
mirror_joins = Joining your chats: { $done } of { $total }
# $progress is handed_over.
mirror = Mirroring: { $progress }
# $n is the total as a number.
handed_over =
    { $n ->
        [one] { $done } of { $total } message
       *[other] { $done } of { $total } messages
    }
log_out_question = Log out { $device }? Your messages are removed from it at once, or when it next connects.
# $when is a moment, as "today at 14:05", "on Monday".
last_seen = Last seen { $when }
linked_at = Linked { $when }
day_and_time = { $day }, { $time }
# Moments within sentences, as in last_seen.
moment_today = today
moment_today_at = today at { $time }
moment_yesterday = yesterday
moment_yesterday_at = yesterday at { $time }
moment_weekday = on { $day }
moment_weekday_at = on { $day } at { $time }
moment_date = on { $day }
moment_date_at = on { $day } at { $time }
unread_messages_of =
    { $n ->
        [one] { $n } unread message
       *[other] { $n } unread messages
    }
devices_of =
    { $n ->
        [one] { $n } device
       *[other] { $n } devices
    }
# What keys do.
key_through_list = Go through the list
key_to_ends = To its first, to its last
key_open = Open the chat, or what was found
key_menu = Menu
key_reply = Reply to the message
key_copy = Copy the message
key_star = Star the message, or not
key_edit = Edit the message
key_forward = Forward the message
key_delete = Delete the message
key_select = While selecting: this message, or not
key_select_to = While selecting: all up to this message
key_send = Send
key_line = New line
key_edit_last = Edit the last message, where nothing is written
# In the settings.
language = Language
language_later = The language changes when this page is opened next.
# What keys of the whole page do.
page_key_help = This help
page_key_search_in_chat = Search in the open chat
page_key_next_chat = Next chat
page_key_previous_chat = Previous chat
page_key_next_unread = Next unread chat
page_key_previous_unread = Previous unread chat
page_key_next_landmark = Next part of the page
page_key_previous_landmark = Previous part of the page
page_key_archive = Archive, or take out
page_key_mute = Mute the open chat
page_key_pin = Pin the open chat
page_key_mark_unread = Mark as unread, or as read
page_key_close = Close what is on top

## Troubles

error_number_invalid = This is not a phone number. Check its digits, and its country code if it has one, as in +12 345 678 900.
error_number_without_country = Write this number with a plus and its country code, as in +12 345 678 900.
error_number_unknown = Nobody on this server has this number. Check it, or invite them.
error_code_expired = This code is no longer valid. Ask for a new one.
error_pin_invalid = A PIN has six digits.
error_registration_closed = This server takes no new accounts. Ask the person who runs it.
error_invite_needed = This server takes new accounts by invite only. Open the link that you were given, or ask the person who runs it.
error_invite_used = This invite has been used already. Ask the person who runs this server for another one.
error_invite_expired = This invite is no longer valid. Ask the person who runs this server for another one.
error_invite_unknown = This server does not know this invite. Open the whole link again.
error_photo_invalid = This picture could not be used. Choose another one.
error_text_empty = There is nothing to send.
error_text_too_long = This message is too long. Send it in parts.
error_too_late = It is too late for that: this message can no longer be changed for others.
error_reaction_invalid = A reaction is one emoji.
error_other_account = This number belongs to another account now, so your message was not sent. If it is for them, send it again.
error_code_not_ours = This is not a Heliograph code. Scan the code that your browser shows at the address of your server.
error_code_other_kind = This is a Heliograph code of another kind: contact codes are added as contacts, linking codes under Linked devices.
error_code_other_version = This code was made by another version of Heliograph. Reload both pages.
error_code_damaged = This code is incomplete. Copy or scan it again.
error_code_other_server = This code belongs to another server. Open the page of your own server.
error_digits_invalid = Type the four digits that the phone shows.
error_only_phone = Only the phone can do this.
error_offline = This needs a connection to the server. Try again when you are online.
error_server_failed = The server answered with an error. Try again later.
error_not_found = This is no longer there.
error_not_now = This is not possible now.
error_storage_full = The storage is full. Free some space; nothing was lost.
error_internal = Something unexpected happened. Reload the page; nothing was lost.
error_code_wrong_too_often = The code was wrong too often. Ask for a new one.
error_code_wrong =
    { $tries ->
        [one] The code is wrong. { $tries } try left.
       *[other] The code is wrong. { $tries } tries left.
    }
error_pin_wrong =
    { $tries ->
        [one] The PIN is wrong. { $tries } try left.
       *[other] The PIN is wrong. { $tries } tries left.
    }
# $wait is a duration, as "3 minutes".
error_too_many = Too many tries. Wait { $wait } and try again.
error_code_not_sent = The code could not be sent. Try again in { $wait }, or ask the person who runs this server.
error_name_invalid = A name has 1 to { $max } characters.
error_about_too_long = This text has at most { $max } characters.
error_search_invalid = A search has 1 to { $max } characters.
unsupported_insecure_context_title = This page needs HTTPS
unsupported_insecure_context = Open the https:// address that the server printed, or http://localhost on the same machine.
unsupported_no_storage_title = No storage for messages here
unsupported_no_storage = Heliograph keeps your messages on this device, in storage that private windows, blocked site data and some old browsers do not give. Open this page in an ordinary window, and allow it to keep data.
unsupported_old_browser_title = This browser is too old
unsupported_old_browser = It lacks { $missing }. Update it, or use a current one.
unsupported_newer_database_title = Your messages were kept by a newer version
unsupported_newer_database = This page is older than the one that wrote them. Reload it; if that does not help, ask the person who runs the server to update it. Nothing was changed.
unsupported_storage_full_title = The storage is full
unsupported_storage_full = The disk, or what the browser allows this page, is used up. Free some space, then reload to go on. Your messages are kept.
unsupported_server_version_title = A new version is here
unsupported_server_version = Heliograph was updated, and this page is of another version. Reload it to go on; nothing is lost.
logged_out_by_user_title = You are logged out
logged_out_by_user = Your messages were removed from this browser. They are still on your phone.
logged_out_remotely_title = This device was logged out
logged_out_remotely = Your phone, or another of your devices, logged it out. Your messages were removed from here; they are still on your phone.
logged_out_number_moved_title = Your number was registered on another phone
logged_out_number_moved = This device no longer belongs to it, and its messages were removed. If that was not you, register your number again and set a PIN.
notice_device_linked = { $device } was linked to your account. If that was not you, log it out under Linked devices.
notice_device_linked_yesterday = Reminder: { $device } was linked to your account yesterday. If that was not you, log it out.
notice_device_unlinked = { $device } was logged out.
notice_pin_changed = Your registration PIN was changed.
notice_server_restored = The server was restored from a backup. What it lost is being sent again.
notice_storage_rolled_back = This device's storage was set back to an older state. It is repairing itself.
notice_storage_not_persistent = The browser may clear this page's storage when space runs out. Installing the app prevents that.
notice_server_not_trusted = The server delivered something that does not verify ({ $what }). Nothing was taken from it.

## Linking

link_title = Link this browser to your phone
link_qr_label = QR code for linking
copy_code = No camera? Copy this code's text
code_copied = Copied. Paste it on your phone
reload_code = Show a new code
no_phone_yet = No account yet?
open_phone = Open Heliograph as a phone
digits_title = Type the digits that your phone shows
digits_label = Four digits
checking = Checking…
certifying = Your phone is certifying this browser…
opening_overview = Your chats are arriving…
linked_title = Linked
link_progress = Progress of linking
link_progress_text = Keep Heliograph open on your phone until your chats appear.
fetching = Checking the code…
finishing = Linking. Keep this page open…
linked_text = Your chats are going over now. Keep this page open until that is done.
all_handed_over = Everything has left this phone. Once the other device shows all your chats, the phone may be off.
handing_over = How much has gone over
scan_text = Open Heliograph in the browser that you want to link, and point the camera at the code there.
paste_warning = Only paste a code that you copied yourself from your own browser. Nobody else has a reason to send you one: whoever does wants to read your messages.
paste_label = The code's text
no_camera = No camera? Paste the code's text
use_camera = Use the camera
confirm_title = Link this device?
confirm_warning = This device will be able to read all your messages and to write in your name.
confirm_pasted = This code was pasted. If somebody sent it to you, cancel now.
browser = Device
network = Network
other_network = { " " }– not the network of this phone
link_this = Link this device
type_these = Type these digits in the browser
type_these_text = Only in a browser that you see in front of you. Never tell them to anybody.
# The three steps beside the code that a phone scans.
link_step_open = Open Heliograph on your phone
link_step_tap = Tap Devices, then Link a device
link_step_point = Point the phone's camera at this code
# Under digits_title; $name is the owner of the account.
digits_text = This browser will be linked to the account of { $name }.
# The same where the owner has no name.
digits_text_nameless = They show that it is your own phone that links this browser.
digits_wrong =
    { $tries ->
        [one] The digits were wrong. { $tries } try left.
       *[other] The digits were wrong. { $tries } tries left.
    }
# Names one of four boxes.
digit_label = Digit { $n } of 4
# $wait is a duration, as "3 seconds".
link_in = Link this device in { $wait }
# As "Firefox on Linux".
on_system = { $browser } on { $system }
linked = { $device } is linked
# What can end linking: each a title, and what to do (…_text).
link_failed_expired = This code has expired
link_failed_expired_text = Codes live for a minute. Scan the one that the browser shows now.
link_failed_tampered = Linking was stopped for your safety
link_failed_tampered_text = What the server delivered is not what the code says. Somebody may be interfering. Do not try again on this network; tell the person who runs the server.
link_failed_other_server = This code belongs to another server
link_failed_other_server_text = Open the page of the server that your account is on, and scan the code there.
link_failed_digits_wrong = The digits were wrong three times
link_failed_digits_wrong_text = Nothing was linked. Start again, and type the digits that the phone shows.
link_failed_cancelled_on_phone = Cancelled on the phone
link_failed_nothing = Nothing was linked.
link_failed_cancelled_on_device = Cancelled on the other device
link_failed_other_side_gone = The other device stopped answering
link_failed_other_side_gone_text = Nothing was linked. Keep both pages open and start again.
link_failed_not_confirmed = Linked, but the device stopped answering
link_failed_not_confirmed_text = It is in your list of linked devices. If it does not show your chats, log it out there and link it again.
link_failed_too_many_devices = Eight devices are linked already
link_failed_too_many_devices_text = Log one of them out under Linked devices, then start again.
link_failed_offline = No connection
link_failed_offline_text = Linking needs the server on both devices. Check the network and try again.
link_failed_devices_changed = Your devices changed meanwhile
link_failed_devices_changed_text = Another one was linked or logged out. Scan the code again.
link_failed_server_failed = The server could not do it
link_failed_server_failed_text = Try again in a moment. If it happens again, tell the person who runs the server.

## Messages

waiting_short = Waiting for this message
newer = This message was sent by a newer version. Update to see it.
a_message = A message
not_here = Original message is not on this device
pin_message = Pin for everyone
unpin_message = Unpin for everyone
pinned_message = Pinned message:
read_by = Read by
delivered_to = Delivered to
not_delivered_to = Not yet delivered to
edited = Edited
reply = Reply
react = React
more_emoji = Another emoji
reactions_title = Reactions
take_back = Take back
edit = Edit
edit_message = Edit message
edit_too_late = This message can no longer be edited: its 15 minutes are over. Your text is still here; copy it to send it anew.
stop_reply = Do not reply
stop_edit = Stop editing
delete = Delete
for_everyone = Delete for everyone
for_me = Delete for me
delete_unsent = It was not sent yet. Nobody will get it.
delete_for_me_text = It goes from all your devices. Others keep it.
delete_note_text = It goes from all your devices.
delete_any_text = For everyone: others see that there was a message. For me: it goes from your devices, and others keep it.
delete_all_unsent = They were not sent yet. Nobody will get them.
delete_all_for_me_text = They go from all your devices. Others keep them.
delete_all_notes_text = They go from all your devices.
delete_all_any_text = For everyone: others see that there were messages. For me: they go from your devices, and others keep them.
deleted_by_me = You deleted this message
was_deleted = This message was deleted
# To a reader of the screen, of a message.
answering = in reply to { $who }: { $text }
# $which are emoji.
reactions =
    { $n ->
        [one] { $which }, { $n } reaction
       *[other] { $which }, { $n } reactions
    }
delete_one_title = Delete message?
delete_title =
    { $n ->
        [one] Delete { $n } message?
       *[other] Delete { $n } messages?
    }
one_deleted_for_me = Message deleted for you
deleted_for_me =
    { $n ->
        [one] { $n } message deleted for you
       *[other] { $n } messages deleted for you
    }
emoji_hint_mac = Type or paste one. ⌃⌘Space opens the picker of your Mac.
emoji_hint_other = Type or paste one. Your system has a picker: on Windows it opens by Win+full stop, on a phone it is on the keyboard.

## Disappearing messages

disappearing_title = Disappearing messages
disappearing_in_new_chats = Disappearing messages in new chats
disappearing_in_new_chats_text = For chats that you start and groups that you make. The others see it in the chat, and it can be changed there.
disappearing_entry = Disappearing messages…
disappearing_text = New messages in this chat go from everybody’s devices so long after they were sent, with their files, starred ones too. What stands here already stays. Somebody may still have copied what they read, or use an older version that keeps it.
disappearing_off = Messages stay from now on
disappears_at = Disappears
disappeared = This message has disappeared
# Of one message, to a reader.
disappears = disappears
# Choices of how long messages stay.
disappearing_choice_off = Off
disappearing_choice_day = 24 hours
disappearing_choice_week = 7 days
disappearing_choice_ninety_days = 90 days
# Of a chat.
disappear_after =
    { $after ->
        [day] Messages disappear after 24 hours
        [week] Messages disappear after 7 days
       *[ninety_days] Messages disappear after 90 days
    }
# A line of the chat. $who: me or other, $by: the other's name.
line_disappearing_off =
    { $who ->
        [me] You turned off disappearing messages
       *[other] { $by } turned off disappearing messages
    }
line_disappearing_day =
    { $who ->
        [me] You set messages to disappear after 24 hours
       *[other] { $by } set messages to disappear after 24 hours
    }
line_disappearing_week =
    { $who ->
        [me] You set messages to disappear after 7 days
       *[other] { $by } set messages to disappear after 7 days
    }
line_disappearing_ninety_days =
    { $who ->
        [me] You set messages to disappear after 90 days
       *[other] { $by } set messages to disappear after 90 days
    }

## Files

record = Record a voice message
voice_note = Voice message
drop_recording = Throw away
pause_recording = Pause
go_on_recording = Go on recording
nothing_recorded = Nothing was recorded. Is the microphone still there?
microphone_refused = The microphone is not allowed for this page. Allow it in the browser's settings for this page.
microphone_missing = No microphone was found, or another program is using it.
attach = Attach
photos_and_videos = Photos and videos
document = Document
drop_here = Drop files here to send them
caption = Caption
quality = Photos
quality_standard = Standard
quality_hd = HD
quality_as_is = As documents
quality_note = Photos are made smaller and leave out where they were taken.
quality_as_is_note = Photos go as they are, with all that the camera wrote into them: the place, too.
film_note = Videos go as they are, with all that the camera wrote into them: the place, too.
cannot_show = This picture cannot be shown here. It can be saved.
cannot_play = This cannot be played here. It can be saved.
save_as = Save as…
viewer = Photos and videos of this chat
next_media = Next
previous_media = Previous
zoom_in = Larger
zoom_out = Smaller
position = Position
# In place of the text of a message that has none, and in the search.
kind_photo = Photo
kind_video = Video
kind_audio = Audio
kind_voice = Voice message
kind_document = Document
# $size as "2.1 GB".
file_too_large = A file has at most { $size }. Send it in parts.
files_on_their_way = { $max } files are on their way already. Wait until some have arrived.
# Of a file that somebody chose to send.
file_not_read = This file cannot be read. Choose it again.
# Below a file that did not come or go; a button beside it does what to do.
file_stopped = Stopped
file_gone = The server no longer has this file. Ask the sender for it.
file_damaged = What came is not what was sent, so it is not shown.
file_no_room_here = No room on this device. Free some, then try again.
file_no_room_there = The server has no room for this file now. Try again later.
file_too_large_there = The server does not take files as large as this one.
file_own_unreadable = The file could not be read any more. Choose it again.
file_cannot_be_read = This file cannot be read.
# Names of buttons. $what chooses: "named" is a file with a name, $name.
stop_sending_file =
    { $what ->
        [named] Stop sending { $name }
        [photo] Stop sending photo
        [video] Stop sending video
        [audio] Stop sending audio
        [voice] Stop sending voice message
       *[document] Stop sending document
    }
stop_downloading_file =
    { $what ->
        [named] Stop downloading { $name }
        [photo] Stop downloading photo
        [video] Stop downloading video
        [audio] Stop downloading audio
        [voice] Stop downloading voice message
       *[document] Stop downloading document
    }
# $size as "1.4 MB".
download =
    { $what ->
        [named] Download { $name }, { $size }
        [photo] Download photo, { $size }
        [video] Download video, { $size }
        [audio] Download audio, { $size }
        [voice] Download voice message, { $size }
       *[document] Download document, { $size }
    }
save_file =
    { $what ->
        [named] Save { $name }
        [photo] Save photo
        [video] Save video
        [audio] Save audio
        [voice] Save voice message
       *[document] Save document
    }
open_media =
    { $what ->
        [named] Open { $name }
        [photo] Open photo
        [video] Play video
        [audio] Open audio
        [voice] Open voice message
       *[document] Open document
    }
play =
    { $what ->
        [photo] Play photo
        [video] Play video
        [audio] Play audio
        [voice] Play voice message
       *[document] Play document
    }
pause_media =
    { $what ->
        [photo] Pause photo
        [video] Pause video
        [audio] Pause audio
        [voice] Pause voice message
       *[document] Pause document
    }
# Of sound; $speed is "1", "1.5" or "2".
speed = Speed: { $speed } times
# The title of the dialog.
send_files =
    { $n ->
        [one] Send this file?
       *[other] Send { $n } files?
    }
preparing = Preparing { $n } of { $of }…
too_many_files = { $max } files at a time is the most. The first { $max } are here.
remove_file = Remove { $name }
file_unreadable = { $name } cannot be read and was not sent. Choose it again.
not_made_smaller = This browser cannot make { $name } smaller, and it was not sent. As a document it goes as it is.
# $why is a sentence.
file_refused = { $name } was not sent. { $why }
# Of a slider, to a reader: "0:07 of 3:05".
place_in = { $at } of { $all }
# Where a file is, to a reader, behind what it is.
file_being_sent = being sent
file_not_downloaded = not downloaded
file_being_downloaded = being downloaded
# Which of a chat's photos and videos is seen: "3 of 12".
in_viewer = { $at } of { $of }

## Editing of photos

edit_photo_title = Edit photo
edited_photo = The photo as it will be sent
turn = Turn
mirror_photo = Mirror
crop = Crop
draw = Draw
cut_here = Cut
square = Square
move_frame = What stays. Move it with the arrow keys.
colour = Colour
width = Pen
thin = Thin
thick = Thick
use_photo = Use
not_edited = This photo cannot be changed here.
# $name is a file's name.
edit_photo = Edit { $name }
corner_top_left = Top left corner. Move it with the arrow keys.
corner_top_right = Top right corner. Move it with the arrow keys.
corner_bottom_left = Bottom left corner. Move it with the arrow keys.
corner_bottom_right = Bottom right corner. Move it with the arrow keys.
# Colours of the pen.
colour_white = White
colour_black = Black
colour_red = Red
colour_yellow = Yellow
colour_blue = Blue

## Emoji

emoji_label = Emoji
search_emoji = Search emoji
skin_tone = Skin tone
emoji_groups = Kinds of emoji
no_emoji_found = No emoji is called so.
show_emoji = Emoji
# What the groups of the list of emoji are called.
emoji_group_faces = Faces and feelings
emoji_group_people = People
emoji_group_nature = Animals and nature
emoji_group_food = Food and drink
emoji_group_travel = Travel and places
emoji_group_activities = Activities
emoji_group_things = Things
emoji_group_symbols = Symbols
emoji_group_flags = Flags
emoji_group_last = Used last

## Searching

carried = Media, files and links
carried_pictures = Photos and videos
carried_files = Files
carried_links = Links
nothing_carried = Nothing of this kind was sent here yet
messages_found = Messages
searching = Searching…
nothing_found = No messages found
show_more = Show more
found_full = More were found: add a word to see them
you_said = You:{ " " }
search_in_chat = Search in this chat
search_in_chat_text = Type words that a message holds, or choose who sent it, what it carries or the days that it is from.
search_messages = Search messages
filter_messages = Filter messages
sender = Sender
anybody = Anybody
kind = Kind
any_kind = Everything
from_day = From
to_day = To
starred_messages = Starred messages
no_stars = Messages that you star will be here. To star one, open its menu and choose Star, or press S on it.
select = Select
is_selected = Selected
selection = Selected messages
stop_selecting = Stop selecting
chosen_full = At most 100 messages can be selected.
forward = Forward
forwarded = Forwarded
search_recipients = Search whom to send it to
forward_full = These are 5 chats: no more at a time.
forward_none = No chat has this name or number.
# Of a message, at its star.
is_starred = Starred
forward_invalid = Only texts can be forwarded: 1 to { $messages } of them, to 1 to { $chats } chats.
found =
    { $n ->
        [one] { $n } message found
       *[other] { $n } messages found
    }
more_found = More than { $n } messages found
# $n messages are not indexed yet.
not_indexed = Still indexing older messages: { $n } left
# Of messages.
selected = { $n } selected
starred =
    { $n ->
        [one] { $n } message starred
       *[other] { $n } messages starred
    }
no_longer_starred =
    { $n ->
        [one] { $n } message no longer starred
       *[other] { $n } messages no longer starred
    }
# The title of the dialog.
forward_title =
    { $n ->
        [one] Forward message
       *[other] Forward { $n } messages
    }
# $chats are titles of chats with commas between them.
forward_to = To { $chats }
forwarded_to = Forwarded to { $chat }
forwarded_to_chats =
    { $n ->
        [one] Forwarded to { $n } chat
       *[other] Forwarded to { $n } chats
    }

## Naming people

named_here = You are named
offered_people = People and emoji
everybody_text = Everybody in the group
to_named = Go to where you are named

## People and places

people = Contact
people_title = Send contacts
people_search = Search your contacts
card_write = Message
card_save = Save contact
place_title = Send a location
place_here = Use where I am
place_looking = Asking this device…
place_name = What is there (optional)
degrees = Latitude, longitude
degrees_invalid = Type two numbers: degrees north, then degrees east. A map shows them as 52.52000, 13.40500.
open_map = Open in OpenStreetMap
cards_invalid = Choose 1 to 10 people, each with a name and a number.
place_invalid = This is no place on the earth.
# What is sent, in a menu and to a reader.
a_place = Location
people_full = { $most } people are the most that one message takes.
place_denied = This page may not ask where you are. Allow it in the browser's settings for this page, or type the degrees.
place_unknown = This device does not know where it is. Type the degrees.
# How well a place is known.
accuracy = within { $metres } m

## Polls

poll_title = Ask the chat
question = Question
answers = Answers
several_answers = Several answers can be chosen
send_poll = Send poll
choose_one = Choose one
choose_several = Choose one or more
show_votes = Show votes
no_votes = Nobody has chosen yet.
poll_invalid = A poll needs a question and 2 to 12 different answers.
# What is sent, in a menu, and the title of its votes.
a_poll = Poll
# Names the field of one answer.
answer_label = Answer { $n }
votes =
    { $n ->
        [one] { $n } vote
       *[other] { $n } votes
    }
# To a reader; $answers as "Rome: 1 vote, Oslo: 2 votes".
poll = Poll: { $question }. { $answers }

## Groups

somebody = Somebody
new_group = New group
group_name = Group name
create_group = Create group
choose_members = Who is in it
search_contacts = Search contacts
no_contact_left = All your contacts are in this group.
add_members = Add members
add = Add
admin = Admin
make_admin = Make an admin
withdraw_admin = No longer an admin
remove_from_group = Remove from group
message_member = Message
remove = Remove
leave_group = Leave group
leave = Leave
leave_text = You will no longer get its messages. What was said stays on your devices. Only an admin can bring you back.
not_in_group = You are no longer in this group.
# The lines that a group's chat tells. $who: me (the reader) or other; $by: the other's name, or “Somebody”.
group_line_created =
    { $who ->
        [me] You created this group
       *[other] { $by } created this group
    }
# $whom: who was added, as “Ada”, or “you, Ada and Bob”.
group_line_added =
    { $who ->
        [me] You added { $whom }
       *[other] { $by } added { $whom }
    }
# Only the reader was added.
group_line_added_you = { $by } added you
group_line_removed =
    { $who ->
        [me] You removed { $whom }
       *[other] { $by } removed { $whom }
    }
# Only the reader was removed.
group_line_removed_you = { $by } removed you
# $who: me (the reader alone), us (the reader and others), one or many; $names: all of them, as “You and Ada”.
group_line_joined =
    { $who ->
        [me] You joined
       *[many] { $names } joined
    }
# $who and $names as where they joined.
group_line_gone =
    { $who ->
        [me] You are no longer in this group
        [one] { $names } is no longer in this group
       *[many] { $names } are no longer in this group
    }
group_line_left =
    { $who ->
        [me] You left
       *[other] { $by } left
    }
# $who and $names as where they joined.
group_line_admins_made =
    { $who ->
        [me] You are now an admin
        [one] { $names } is now an admin
       *[many] { $names } are now admins
    }
# $who and $names as where they joined.
group_line_admins_withdrawn =
    { $who ->
        [me] You are no longer an admin
        [one] { $names } is no longer an admin
       *[many] { $names } are no longer admins
    }
group_line_renamed =
    { $who ->
        [me] You named this group “{ $name }”
       *[other] { $by } named this group “{ $name }”
    }
group_line_pinned =
    { $who ->
        [me] You pinned a message
       *[other] { $by } pinned a message
    }
# Within such a line, of whoever joined, has gone, or is an admin. At its beginning it gets a capital letter.
listed_you = you
listed_somebody = somebody
# Within such a line, of whoever was added or removed.
listed_you_object = you
listed_somebody_object = somebody
# Names in a line: $others has one, or several with commas between.
listed_and = { $others } and { $last }
group_too_large = A group has at most { $max } people.
group_last_admin = You are the group's only admin. Make somebody else one first.
group_only_admins = Only an admin of this group can do that.
# Of the list of members.
members =
    { $n ->
        [one] { $n } member
       *[other] { $n } members
    }
remove_member = Remove { $name } from “{ $group }”?
# The title of a dialog.
leave_title = Leave “{ $group }”?

## What members may

description = Description
add_description = Add a description
change_description = Change the description
description_too_long = This description is too long.
add_group_photo = Add a photo
change_group_photo = Change the photo
remove_group_photo = Remove the photo
who_may = Who may do what
who_may_text = Adding and removing people is always for admins.
everybody_sends = Everybody sends messages
everybody_edits = Everybody changes name, photo and description
only_admins_send = Only admins can send messages
in_common = Groups in common
# Lines of a group's chat. $who: me or other, $by: the other's name.
group_line_described =
    { $who ->
        [me] You changed the group’s description
       *[other] { $by } changed the group’s description
    }
group_line_description_removed =
    { $who ->
        [me] You removed the group’s description
       *[other] { $by } removed the group’s description
    }
group_line_photo_changed =
    { $who ->
        [me] You changed the group’s photo
       *[other] { $by } changed the group’s photo
    }
group_line_photo_removed =
    { $who ->
        [me] You removed the group’s photo
       *[other] { $by } removed the group’s photo
    }
group_line_admins_send =
    { $who ->
        [me] You let only admins send messages from now on
       *[other] { $by } let only admins send messages from now on
    }
group_line_everybody_sends =
    { $who ->
        [me] You let everybody send messages from now on
       *[other] { $by } let everybody send messages from now on
    }
group_line_admins_edit =
    { $who ->
        [me] You let only admins change name, photo and description from now on
       *[other] { $by } let only admins change name, photo and description from now on
    }
group_line_everybody_edits =
    { $who ->
        [me] You let everybody change name, photo and description from now on
       *[other] { $by } let everybody change name, photo and description from now on
    }
# Who may do what, in one line.
rules =
    { $send ->
        [admins] Messages: only admins.
       *[everybody] Messages: everybody.
    } { $edit ->
        [admins] Name, photo and description: only admins.
       *[everybody] Name, photo and description: everybody.
    }

## Links into groups

invite_link = Invite link
no_link_yet = Nobody comes in by a link
link_lets_in = Whoever has it comes in
link_asks = You say who comes in
invite_link_text = Whoever has this link can ask to come into this group. Give it to people whom you trust with that.
make_link = Make a link
copy_invite_link = Copy link
share_link = Share link
approve_each = An admin says of each who comes in
reset_link = Reset link
reset_link_text = The link of before leads nowhere then. Whoever has it needs the new one.
turn_link_off = Turn link off
let_in_button = Let in
look_at_asking = Look
join_title = Join a group
join_call_title = Join a call
ask_to_join = Ask to join
ask_again = Ask again
join_call = Join call
open_group = Open group
join_privacy = The admins of this group see your name and number. The name of the group is what the link says.
stop_asking = Stop asking
new_call_link = Create call link
call_link = Call link
call_link_text = Whoever has this link comes into the call, once you or somebody else of it is online.
invited_first = You have a link into a group. It goes on once this device has an account.
invited_to_phone = Is this your phone? Go on there
# What a group for a call is called; 64 letters are kept of it.
call_of = Call of { $name }
asking_to_join =
    { $n ->
        [one] { $n } person asks to join
       *[other] { $n } people ask to join
    }
# Lines of a group's chat. $who: me or other, $by: the other's name.
group_line_link_on =
    { $who ->
        [me] You turned the invite link on
       *[other] { $by } turned the invite link on
    }
group_line_link_reset =
    { $who ->
        [me] You reset the invite link
       *[other] { $by } reset the invite link
    }
group_line_link_off =
    { $who ->
        [me] You turned the invite link off
       *[other] { $by } turned the invite link off
    }
# How far it is with a link. $to: a call or a group without a name, or one that has a $name.
join_open =
    { $to ->
        [call] This link leads to a call.
        [group] This link leads to a group.
       *[named] This link leads to “{ $name }”.
    }
join_asking_call =
    { $to ->
        [named] Waiting to be let in to “{ $name }” – somebody of the call has to be online.
       *[call] Waiting to be let in to a call – somebody of the call has to be online.
    }
join_asking_group =
    { $to ->
        [named] Waiting to be let in to “{ $name }” – an admin of the group has to be online.
       *[group] Waiting to be let in to a group – an admin of the group has to be online.
    }
join_waiting =
    { $to ->
        [call] Your request to join a call was sent. An admin looks at it.
        [group] Your request to join a group was sent. An admin looks at it.
       *[named] Your request to join “{ $name }” was sent. An admin looks at it.
    }
join_in =
    { $to ->
        [call] You are in a call.
        [group] You are in a group.
       *[named] You are in “{ $name }”.
    }
join_declined_call =
    { $to ->
        [named] An admin of the call has declined your request to join “{ $name }”.
       *[call] An admin of the call has declined your request to join a call.
    }
join_declined_group =
    { $to ->
        [named] An admin of the group has declined your request to join “{ $name }”.
       *[group] An admin of the group has declined your request to join a group.
    }
join_void =
    { $to ->
        [call] This link into a call leads nowhere any more. Ask for another one.
        [group] This link into a group leads nowhere any more. Ask for another one.
       *[named] This link into “{ $name }” leads nowhere any more. Ask for another one.
    }
join_full =
    { $to ->
        [call] There is no room left in a call. As many people as can be are in it.
        [group] There is no room left in a group. As many people as can be are in it.
       *[named] There is no room left in “{ $name }”. As many people as can be are in it.
    }

## Calls

# In the rail, and above the log.
calls = Calls
no_calls = No calls yet. A call begins in a chat: open one, and press the telephone or the camera.
voice_call = Voice call
video_call = Video call
calling = Calling…
# Of whoever is called.
in_another_call = In another call…
connecting = Connecting…
reconnecting = Reconnecting…
answer = Answer
answer_with_camera = Answer with camera
# Where this device is in a call.
hang_up_and_answer = Hang up and answer
hang_up_and_answer_with_camera = Hang up and answer with camera
decline = Decline
hang_up = Hang up
microphone_off = Turn the microphone off
microphone_on = Turn the microphone on
camera_off = Turn the camera off
camera_on = Turn the camera on
screen_on = Share your screen
screen_off = Stop sharing your screen
call_microphone_gone = The microphone was unplugged. Another one is used now.
call_camera_gone = The camera was unplugged. Another one is used now.
devices_of_calls = Microphone, camera, loudspeaker
microphone = Microphone
camera = Camera
loudspeaker = Loudspeaker
system_device = As the system has it
try_microphone = Try the microphone
try_loudspeaker = Play a tone
tone_is_played = You should have heard a tone.
microphone_level = How loud the microphone is
microphone_is_off = Your microphone is off.
microphone_refused_here = The browser does not let Heliograph use the microphone. Allow it beside the address.
microphone_missing_here = No microphone was found. Connect one.
hand_up = Raise your hand
hand_down = Lower your hand
keys_of_calls = In a call
# Members of a group who are not in its call.
call_people = Who else
call_all_there = All members are in the call.
call_to_group = Add people
# To a call of two.
call_add_about = The call goes on in a new group with both of you and whom you choose.
call_add_too_many = A call takes 32 people: choose 30 at most.
call_grows = Adding people…
ring = Ring
rung = Ringing…
call_smaller = Make the call small
call_larger = Make the call large
call_by_speaker = Show who speaks large
call_all_alike = Show all alike
picture_in_picture = Picture over other windows
connection_weak = Weak connection
connection_bad = Bad connection
call_ways = Call
your_picture = Your picture
call_asking = Your browser asks whether Heliograph may use the microphone and the camera.
call_needs_browser = This browser cannot encrypt calls. Please update it, or call from another one.
call_microphone_refused = The browser does not let Heliograph use the microphone: the others cannot hear you. Allow it beside the address, and turn the microphone on.
call_microphone_missing = No microphone was found: the others cannot hear you. Connect one, and turn the microphone on.
call_camera_refused = The browser does not let Heliograph use the camera. Allow it beside the address, and turn the camera on.
call_camera_missing = No camera was found, or another program has it. Connect one, and turn the camera on.
# What the keys of a call's window do.
call_key_microphone = Microphone on or off
call_key_camera = Camera on or off
call_key_screen = Share your screen, or stop
call_key_hand = Raise or lower your hand
call_key_small = Make the call small
# $chat: a person, or a group.
call_with = Call with { $chat }
picture_of = Picture of { $name }
# The button that rings at a member of a group.
ring_member = Ring { $name }
# A microphone, camera or loudspeaker of which the browser gives no name yet.
device = Device { $number }
# What somebody says of themselves, behind their name, for whoever does not see the signs.
call_sign_microphone_off = microphone off
call_sign_camera_off = camera off
call_sign_hand = hand raised
# Who wants to say something.
raised_hands = Raised hands: { $names }
# A call to a group rings. $kind here and below: video or voice.
ringing =
    { $kind ->
        [video] Video call from { $name }
       *[voice] Voice call from { $name }
    }
# A call rings for whoever is in another one.
ringing_meanwhile =
    { $kind ->
        [video] Video call, while you are in another call
       *[voice] Voice call, while you are in another call
    }
# The same of a call to a group.
ringing_meanwhile_from =
    { $kind ->
        [video] Video call from { $name }, while you are in another call
       *[voice] Voice call from { $name }, while you are in another call
    }
# A call of before, in its chat. $length: as “1:05”.
call_over =
    { $kind ->
        [video] Video call, { $length }
       *[voice] Voice call, { $length }
    }
call_went_on =
    { $kind ->
        [video] Video call, { $length }, went on in a group
       *[voice] Voice call, { $length }, went on in a group
    }
call_no_answer =
    { $kind ->
        [video] Video call, no answer
       *[voice] Voice call, no answer
    }
call_declined =
    { $kind ->
        [video] Video call, declined
       *[voice] Voice call, declined
    }
missed_call =
    { $kind ->
        [video] Missed video call
       *[voice] Missed voice call
    }
# Before such a call, for whoever does not see the arrow.
call_outgoing = Outgoing:{ " " }
call_incoming = Incoming:{ " " }
# The button that calls once more. $chat: a person, or a group.
call_again =
    { $kind ->
        [video] Video call with { $chat }
       *[voice] Voice call with { $chat }
    }
call_on_other_device = You are in this call on another device
# The button beside that.
call_move_here = Move it here
# $n: how many people are in it.
call_goes_on =
    { $n ->
        [one] A call goes on here, with { $n } person
       *[other] A call goes on here, with { $n } people
    }
# The button beside that.
call_join_running = Join
# In the list of chats, where the row leads to the call.
call_on_other_device_short = In a call on another device
call_running_short = A call goes on: join
# Why a call has ended.
call_end_declined = { $name } declined your call.
call_end_no_answer = { $name } did not answer.
call_end_elsewhere = The call was answered on another of your devices.
call_end_moved = The call goes on on another of your devices.
call_end_not_member = You are no longer in this chat, and its call.
call_end_left_behind = { $name } added people and went on in a group that did not arrive here. Call again.
call_end_failed = The call could not be connected. Check your network, and call again.
# What has become of a call of two to which people are added.
call_growth_goes_on = { $by } added people: the call goes on in the group { $group }.
call_growth_not_made = The group could not be made. The call goes on as it was; try again.
call_growth_other_stays = { $name } has not come along into the group's call yet.
# Why there is no call.
call_refused_in_call = You are in a call already. Hang up first.
call_refused_nobody = Nobody can be called in this chat.
call_refused_not_offered = This server carries no calls. Ask the person who runs it.
call_refused_full = This call is full. Try again when somebody has left.
call_refused_connection = The call's connection was not accepted. Hang up, and call again.

## Clearing, deleting, blocking

export_chat = Export chat…
export_title = Export this chat?
export_text = A text file of all its messages that are on this device. Photos and other files are named in it, and not part of it. Messages that disappear are left out. Whoever has the file can read it.
export_go = Export
exported = Chat exported
# A part of the name of a file; $chat is the chat's title.
export_file_name = Chat with { $chat }
exporting =
    { $total ->
        [one] { $done } of { $total } message
       *[other] { $done } of { $total } messages
    }
# The last line of the file.
export_left_out =
    { $n ->
        [one] { $n } message that disappears is left out.
       *[other] { $n } messages that disappear are left out.
    }
clear_chat = Clear chat…
clear_title = Clear this chat?
clear_text = All its messages up to now go from all your devices, with their files. The others keep theirs. This cannot be undone.
keep_starred = Keep starred messages
clear = Clear
cleared = Chat cleared
delete_chat = Delete chat…
delete_chat_title = Delete this chat?
delete_chat_text = It goes from the list on all your devices, with all its messages and files, starred ones too. The others keep theirs. It comes back, empty, when something new is said in it. This cannot be undone.
chat_deleted = Chat deleted
block = Block…
block_text = What they write to you in this chat while they are blocked, and their calls, do not reach you, also not later. They are not told; to them their messages look delivered, and they still see your name and photo. In groups you go on seeing each other.
block_report = Nobody else is told, nor the person who runs this server: they could not read what was written.
block_and_delete = Delete this chat, too
block_go = Block
unblock_them = Unblock
blocked_people = Blocked people
nobody_blocked = You have blocked nobody.
not_a_contact = Not in your contacts
add_to_contacts = Add to contacts
contact_added = Added to your contacts
block_title = Block { $name }?
# In place of the composer.
you_blocked = You blocked { $name }.
blocked = { $name } is blocked
unblocked = { $name } is no longer blocked
# The server said that a number leads elsewhere.
block_moved = { $name } has a new account behind a number that you blocked, and is blocked too.
# The button beside somebody in the list.
unblock = Unblock { $name }
# Why nothing is said in a chat.
kept_out_blocked = You have blocked this person. Unblock them first.
# Why a group's chat is not deleted.
kept_out_group = Leave this group first. Then it can be deleted.

## Notifications

push = Notify me in this browser, also while no page is open
push_blocked = This browser has blocked notifications for this site. Allow them in the browser's settings for this site, then turn this on.
push_unsupported = This browser cannot notify while no page is open. On an iPhone or iPad, add this page to the home screen first.
push_failed = The browser's maker could not be reached for notifications. Try again later.
push_not_kept = This browser could not keep the program, which it needs to notify you. Reload the page, then turn this on again.
previews = Notifications show
previews_text = Sender and message
previews_sender = Sender only
previews_nothing = Only that there is a message
previews_scope = The switch is for this browser; what notifications show is chosen for all your devices.
mute_title = Mute this chat
mute_text = You are not notified of its messages, and its calls make no sound, on all your devices.
mute_8_hours = For 8 hours
mute_a_week = For a week
mute_always = Always
incoming_call = Incoming call
new_messages =
    { $n ->
        [one] { $n } new message
       *[other] { $n } new messages
    }
unmute_now = Unmute
# $until is a moment, as "today at 14:05".
unmute = Unmute (muted until { $until })
error_push_host = This server does not know the service that notifies this browser. Ask the person who runs it.
error_push_off = This server sends no notifications to browsers. Ask the person who runs it.

## Backups

backup = Backup
backup_text = Your chats, contacts and settings are kept sealed on the server, once a day while this phone is online. Nobody reads them without the recovery key, the person who runs the server neither. Photos and files are not in it.
make_key = Make a recovery key
key_title = Your recovery key
key_text = Write these 64 digits down and keep them safe. They are shown this once. Without them nobody can restore your backup.
wrote_it_down = I wrote it down
confirm_text = To be sure, type two of its groups from what you wrote down.
confirm_wrong = This is not what was shown. Compare it with what you wrote down.
show_key_again = Show it again
turn_on = Turn backups on
back_up_now = Back up now
backup_to_file = Save to a file
backup_saved = Backup saved. Its recovery key opens it.
backup_file_name = heliograph-backup.hgb
turn_off = Turn off
backup_off_question = Turn off backups?
backup_off_text = The server deletes its copy. If this phone is lost, your messages are lost with it.
no_backup_yet = There is no backup yet.
restore_title = Restore your account?
recovery_key = Recovery key
restore = Restore
restore_file = Restore from a file
start_anew = Start without it
start_anew_title = Start without your messages?
start_anew_text = A new account is made of this number. Your old one, its messages, groups and linked devices, loses it, and your contacts are told that your safety number changed.
delete_account = Delete account
delete_account_title = Delete your account?
delete_account_text = Everything goes from this phone, from all your linked devices and from the server, the backup too. Others keep what you wrote to them. This cannot be undone.
type_your_number = Type your number to confirm
# $when is a moment, as "today at 14:05"; $devices is restore_nobody_stays or restore_devices_stay.
restore_text = There is a backup of this account, made { $when }. Type its recovery key to get your messages back on this phone. { $devices }
restore_from_file_text = The server has no backup that can be restored here. If you have one in a file, type its recovery key and choose the file. { $devices }
# The phone that had this account until now.
restore_nobody_stays = The phone before is logged out.
restore_devices_stay =
    { $n ->
        [one] The phone before is logged out. { $n } other device stays linked: if you know of fewer, log them out under Linked devices at once.
       *[other] The phone before is logged out. { $n } other devices stay linked: if you know of fewer, log them out under Linked devices at once.
    }
# One of the groups of digits of a recovery key.
group_label = Group { $n }
notice_backup_part_awaited = A part of your backup is missing at the server, or was changed there. It is asked for again for about an hour. Keep this open.
notice_backup_part_lost = A part of your backup could not be restored. All the rest is here.
backed_up = Last backed up { $when }
backing_up =
    { $total ->
        [one] Backing up: { $done } of { $total } message
       *[other] Backing up: { $done } of { $total } messages
    }
backup_no_room = The server has no room for a new backup. Ask the person who runs it. The one before is still there.
backup_too_large = This account is too large for a backup.
backup_not_taken = The server did not take the new backup. The one before is still there.
error_recovery_key_length = A recovery key has 64 digits; there are { $digits }.
error_recovery_key_signs = A recovery key has digits only.
# $group is a number, as in group_label.
error_recovery_key_group = A digit of group { $group } is wrong. Compare it with what you wrote down.
error_recovery_key_wrong = The backup does not open with this recovery key. It is another backup's, or the backup was changed.
error_backup_damaged = This backup is damaged or not whole. Nothing was taken from it.
error_backup_newer = This backup was made by a newer version. Reload the page and try again.
error_backup_other = This backup is of another account than the one that this number leads to.
error_devices_rolled_back = The server names an older list of your devices than this backup knows. Nothing was restored. Tell the person who runs the server.
error_still_restoring = Your backup is still being restored. Try again when all of it is here.
error_backup_none = The server has no backup of this account. Restore it from a file.
error_backup_off = Backups are not turned on.
error_confirm_wrong = This is not your number. Nothing was deleted.
error_pin_needed = Type the registration PIN of your account.
