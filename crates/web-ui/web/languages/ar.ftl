### The words of the pages, in Arabic.

## Before the pages begin

boot_open = فتح ⁦{ $link }⁩
boot_insecure = لا تتيح المتصفحات التشفير والتخزين إلا للصفحات الآمنة. افتح عنوان ⁦https://⁩ الذي أظهره الخادم عند بدء تشغيله؛ وعلى جهاز الخادم نفسه يعمل أيضًا ⁦http://localhost⁩.
boot_old_browser = ينقص هذا المتصفح: { $missing }. حدّثه، أو استخدم إصدارًا حديثًا من Chrome أو Edge أو Firefox أو Safari.
boot_not_started_title = لم يبدأ تشغيل Heliograph
boot_not_started = أعد تحميل الصفحة. إن لم يُجدِ ذلك، فربما جرى تحديث الخادم: امسح ذاكرة التخزين المؤقت لهذه الصفحة. رسائلك محفوظة.

## The pages

app_name = Heliograph
today = اليوم
yesterday = أمس
list_separator = ،{ " " }
draft_too_long = هذه المسودة أطول من أن تُحفظ. أرسلها على أجزاء، أو احفظها في مكان آخر.
draft_not_kept = تعذّر حفظ المسودة. أرسلها أو انسخها قبل مغادرة هذه الصفحة.
mark_not_kept = تعذّر تسجيل ما قرأته. افتح الدردشة مرة أخرى لاحقًا.
not_loaded = تعذّر تحميل هذه الرسائل. أغلق الدردشة ثم افتحها من جديد.
keys = اختصارات لوحة المفاتيح
keys_of_lists = في قوائم الدردشات والرسائل
keys_of_composer = في حقل الكتابة
waiting = بانتظار هذه الرسالة. طُلبت من الأجهزة الأخرى.
new_message = رسالة جديدة
camera_picture = صورة الكاميرا
camera_refused = الكاميرا غير مسموح بها لهذه الصفحة. اسمح بها في إعدادات المتصفح لهذه الصفحة.
camera_missing = لم يُعثر على كاميرا، أو أن برنامجًا آخر يستخدمها.
opening = جارٍ فتح رسائلك…
reload = إعادة التحميل
start_again = البدء من جديد
other_tab_title = Heliograph مفتوح في علامة تبويب أخرى
other_tab_text = لا يمكن فتح رسائلك إلا في علامة تبويب واحدة. انقر على «الاستخدام هنا» للمتابعة في هذه.
use_here = الاستخدام هنا
chats_arriving = دردشاتك في الطريق من هاتفك.
halted_title = توقّف Heliograph
halted_text = حدث أمر غير متوقع. رسائلك محفوظة. أعد تحميل الصفحة للمتابعة.
unsent = لم يُرسل هذا النص. انسخه قبل إعادة التحميل:
for_a_report = للإبلاغ عن المشكلة
one_moment = لحظة من فضلك…
next = التالي
later = لاحقًا
finish = إنهاء
done = تم
close = إغلاق
cancel = إلغاء
save = حفظ
back = رجوع
try_again = إعادة المحاولة
unknown = غير معروفة
number_title = رقم هاتفك
number_label = رقم الهاتف
phone_note = تصبح هذه الصفحة هاتف حسابك: فهي تحفظ مفتاح الحساب وتربط متصفحاتك.
code_title = أدخل الرمز
code_label = رمز لمرة واحدة
new_code = إرسال رمز جديد
other_number = تغيير الرقم
pin_title = أدخل رمز PIN
pin_text = لهذا الرقم حساب يحميه رمز PIN للتسجيل.
pin_label = رمز PIN من ستة أرقام
show_pin = إظهار رمز PIN
hide_pin = إخفاء رمز PIN
choose_pin_title = اختر رمز PIN
choose_pin_text = يمنع هذا الرمز غيرك من تسجيل رقمك. سيُطلب منك عند إعادة التسجيل، وقبل ربط جهاز برمز ملصوق.
set_pin = تعيين رمز PIN
profile_title = كيف يراك الآخرون
profile_text = اسمك وصورتك مشفّران، ولا يراهما إلا من تراسلهم.
losing_phone = رسائلك ومفتاح حسابك محفوظة في هذا المتصفح. إذا مسحت بياناته فستفقدها، ما لم تكن لدى جهاز مرتبط.
choose_photo = اختيار صورة
your_name = اسمك
about = نبذة
encrypted_footer = مشفّرة تمامًا بين الطرفين
copy_failed = لم يسمح المتصفح بالنسخ.
chats = الدردشات
new_chat = دردشة جديدة
search_chats = البحث في الدردشات والرسائل
filter = تصفية
all = الكل
unread = غير مقروءة
archived = المؤرشفة
marked_unread = معلَّمة كغير مقروءة
is_pinned = مثبّتة
muted = مكتومة
unread_messages = غير مقروءة
typing = جارٍ الكتابة…
draft = مسودة:
loading_chats = جارٍ تحميل الدردشات
loading_messages = جارٍ تحميل الرسائل
show_all = عرض كل الدردشات
no_chats = ستظهر دردشاتك هنا. راسل شخصًا على هذا الخادم.
mirror_progress = تقدّم المزامنة
notes = مراسلة نفسك
notes_text = ملاحظات لنفسك، على كل أجهزتك
you = أنت
message_menu = قائمة الرسالة
send_again = لم تُرسل. إعادة الإرسال
copied = تم النسخ
copy = نسخ
star = تمييز بنجمة
unstar = إزالة النجمة
message_info = معلومات الرسالة
write_message = اكتب رسالة
send = إرسال
no_chat_open = اختر دردشة للقراءة والكتابة.
phone_may_be_off = يمكنك إطفاء هاتفك.
no_messages = لا رسائل بعد. اكتب الأولى.
chat_info = معلومات الدردشة
chat_menu = قائمة الدردشة
pin = تثبيت في الأعلى
unpin = إلغاء التثبيت
mute = كتم…
mark_read = تعليم كمقروءة
now_archived = تمت أرشفة الدردشة
unarchived = أُلغيت أرشفة الدردشة
undo = تراجع
list_width = عرض القائمة
mark_unread = تعليم كغير مقروءة
archive = أرشفة
unarchive = إلغاء الأرشفة
close_chat = إغلاق الدردشة
history_arriving = الرسائل الأقدم في الطريق من هاتفك.
not_yet = ليس بعد
time_unknown = نعم، في وقت لا يعرفه هذا الجهاز
sent_at = تم الإرسال
received = تم الاستلام
delivered_at = تم التسليم
read_at = تمت القراءة
history = السجل على هذا الجهاز
complete = مكتمل
arriving = في الطريق من هاتفك
devices = الأجهزة
safety_number = رقم الأمان
verified = قارنته بنفسك
not_verified = لم تتم مقارنته بعد
verify = الأرقام متطابقة
unverify = التراجع عن المقارنة
scan_theirs = مسح رمز الطرف الآخر
show_digits = إظهار الأرقام
safety_scan_text = وجّه الكاميرا إلى الرمز الذي يظهر لدى الطرف الآخر ضمن «رقم الأمان» في دردشته معك.
safety_same = الرمزان متطابقان: لا أحد يعترض ما بينكما. احفظ ذلك بالضغط على «الأرقام متطابقة».
safety_qr = رقم الأمان كرمز QR
contact_name = الاسم لديك
saved = تم الحفظ
number_or_link = رقم هاتف أو رابط جهة اتصال
their_name = الاسم (اختياري)
write_to = فتح الدردشة
scan_a_code = مسح رمز
scan_any_text = وجّه الكاميرا إلى رمز المتصفح الذي تريد ربطه، أو إلى رمز الاتصال الخاص بشخص ما.
scan_instead = من دون كاميرا: يُربط المتصفح من «الأجهزة المرتبطة»، ويُضاف الشخص من «دردشة جديدة».
scan_contact = مسح رمز QR لجهة اتصال
my_code = رمز الاتصال الخاص بي
my_code_short = رمزي
my_code_text = كل من يمسح هذا الرمز أو يفتح الرابط يمكنه مراسلتك.
copy_link = نسخ رابط الاتصال
contacts = جهات الاتصال
no_contacts = سيظهر هنا من تضيفهم: بالرقم أو الرابط أو الرمز، أو من معلومات الدردشة.
no_contact_fits = لا توجد جهة اتصال بهذا الاسم أو الرقم.
linked_devices = الأجهزة المرتبطة
devices_text_phone = يمكن مزامنة هذا الحساب مع ثمانية متصفحات وبرامج طرفية على الأكثر. وبعد ربطها يمكنك إطفاء هاتفك.
devices_text = كل أجهزة حسابك. يتم ربطها وتسجيل خروج غيرها من هاتفك.
link_a_device = ربط جهاز
no_devices = لا توجد أجهزة مرتبطة بعد.
log_out = تسجيل الخروج
log_out_all = تسجيل خروج كل الأجهزة
log_out_all_question = تسجيل خروج كل الأجهزة المرتبطة؟ ستُزال رسائلها منها.
log_out_here_question = تسجيل الخروج من هذا المتصفح؟ ستُزال رسائلك منه وتبقى على هاتفك.
this_device = هذا الجهاز
online_now = متصل الآن
never_seen = لم يظهر بعد
seen_unknown = غير معروف دون اتصال
settings = الإعدادات
change_pin = تغيير رمز PIN للتسجيل
set_a_pin = تعيين رمز PIN للتسجيل
remove_pin = إزالة رمز PIN
notifications = الإشعارات
allow_notifications = السماح بالإشعارات
appearance = المظهر
theme = الألوان
automatic = تلقائي
light = فاتح
dark = داكن
direction = الاتجاه
ltr = من اليسار إلى اليمين
rtl = من اليمين إلى اليسار
enter_sends = إرسال الرسالة بمفتاح Enter
read_receipts = مؤشرات القراءة
sounds = صوت للرسائل الجديدة
your_profile = ملفك الشخصي
offline = لا يوجد اتصال. سيُرسل ما تكتبه لاحقًا.
try_now = المحاولة الآن
catching_up = جارٍ جلب ما فاتك…
new_version = إصدار جديد جاهز.
part_coming = جارٍ التحميل…
part_missing_title = تعذّر التحميل
part_missing = تعذّر تحميل هذا الجزء. أعد المحاولة عندما يتوفر اتصال.
part_gone = إصدار جديد جاهز. أعد التحميل لفتح هذا الجزء.
skip_to_chats = الانتقال إلى الدردشات
skip_to_composer = الانتقال إلى حقل الكتابة
skips = روابط الانتقال السريع
conversation = المحادثة
sections = الأقسام
seconds =
    { $n ->
        [zero] { $n } ثانية
        [one] ثانية واحدة
        [two] ثانيتين
        [few] { $n } ثوانٍ
        [many] { $n } ثانية
       *[other] { $n } ثانية
    }
minutes =
    { $n ->
        [zero] { $n } دقيقة
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $n } دقائق
        [many] { $n } دقيقة
       *[other] { $n } دقيقة
    }
hours =
    { $n ->
        [zero] { $n } ساعة
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $n } ساعات
        [many] { $n } ساعة
       *[other] { $n } ساعة
    }
line_encrypted = الرسائل هنا مشفّرة تمامًا بين الطرفين. لا يمكن لأحد خارج هذه الدردشة قراءتها، ولا حتى الخادم.
line_safety_number_changed = تغيّر رقم الأمان بينك وبين { $who }. قد يكون السبب هاتفًا جديدًا؛ قارن الرقم إن كان الأمر مهمًا لك.
line_devices_changed =
    { $n ->
        [zero] لم يعد لدى { $who } أي جهاز.
        [one] لدى { $who } الآن جهاز واحد.
        [two] لدى { $who } الآن جهازان.
        [few] لدى { $who } الآن { $n } أجهزة.
        [many] لدى { $who } الآن { $n } جهازًا.
       *[other] لدى { $who } الآن { $n } جهاز.
    }
line_history_differs = يرى أعضاء هذه الدردشة سجلات مختلفة. لا يُوثَق بهذا الخادم.
line_unknown_device = في هذه الدردشة جهاز ليس في القائمة الموقّعة لصاحبه. لن يُرسل شيء حتى تتم إزالته.
line_own_device_linked = لقد ربطت جهازًا: { $device }.
line_own_device_unlinked = تم تسجيل خروج جهاز: { $device }.
may_be_missing_before = قد تنقص رسائل من قبل { $to }. ظل هذا الجهاز غير متصل مدة أطول من مدة احتفاظ الخادم بها.
may_be_missing_of = قد تنقص رسائل من { $day }. ظل هذا الجهاز غير متصل مدة أطول من مدة احتفاظ الخادم بها.
may_be_missing_between = قد تنقص رسائل من { $from } إلى { $to }. ظل هذا الجهاز غير متصل مدة أطول من مدة احتفاظ الخادم بها.
status_failed = لم تُرسل
status_pending = بانتظار الإرسال
this_server = هذا الخادم
number_text = سيصلك من { $server } رمز للتأكد من أن الرقم لك.
number_text_foreign = سيصلك من { $server } رمز للتأكد من أن الرقم لك. اكتب الرقم مع رمز البلد.
code_text =
    { $length ->
        [zero] أُرسل رمز من { $length } رقم إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
        [one] أُرسل رمز من رقم واحد إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
        [two] أُرسل رمز من رقمين إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
        [few] أُرسل رمز من { $length } أرقام إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
        [many] أُرسل رمز من { $length } رقمًا إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
       *[other] أُرسل رمز من { $length } رقم إلى { $number }. أليس هذا رقمك؟ غيّره إذن. وإن كان الخادم خادمك، فستجد الرمز في وحدة التحكم الخاصة به.
    }
new_code_in = رمز جديد بعد { $wait }
nothing_found_for = لم يُعثر على دردشات أو رسائل لـ«{ $typed }».
all_is_read = لقد قرأت كل شيء.
archive_is_empty = الأرشيف فارغ.
menu_of = قائمة { $chat }
messages_with = الرسائل مع { $who }
to_bottom = إلى أحدث رسالة
to_bottom_unread =
    { $n ->
        [zero] إلى أحدث رسالة، لا رسائل غير مقروءة
        [one] إلى أحدث رسالة، رسالة واحدة غير مقروءة
        [two] إلى أحدث رسالة، رسالتان غير مقروءتين
        [few] إلى أحدث رسالة، { $n } رسائل غير مقروءة
        [many] إلى أحدث رسالة، { $n } رسالة غير مقروءة
       *[other] إلى أحدث رسالة، { $n } رسالة غير مقروءة
    }
history_back_to = السجل مكتمل رجوعًا إلى { $when }. قد تصل رسائل أقدم من أجهزتك الأخرى.
complete_back_to = مكتمل رجوعًا إلى { $when }؛ وقد يصل الباقي لاحقًا
safety_text = قارن هذه الأرقام، أو الرمز، بما يظهر لدى { $who }. إن كانت متطابقة، فلا أحد يعترض ما بينكما.
safety_differs = الرمزان مختلفان. تأكد من أن الرمز الظاهر لدى { $who } هو رمز الدردشة معك؛ فإن كان كذلك، فقد يكون هناك من يعترض ما بينكما. لا تكتب ما يجب ألا يقرأه غيركما، وأبلغ من يدير الخادم.
mirror_waits = بانتظار هاتفك. افتح Heliograph عليه للمتابعة.
mirror_joins = جارٍ ضم دردشاتك: { $done } من { $total }
mirror = المزامنة: { $progress }
handed_over =
    { $n ->
        [zero] { $done } من { $total } رسالة
        [one] { $done } من رسالة واحدة
        [two] { $done } من رسالتين
        [few] { $done } من { $total } رسائل
        [many] { $done } من { $total } رسالة
       *[other] { $done } من { $total } رسالة
    }
log_out_question = تسجيل خروج { $device }؟ ستُزال رسائلك منه فورًا، أو عند اتصاله التالي.
last_seen = آخر ظهور { $when }
linked_at = تم الربط { $when }
day_and_time = { $day }، { $time }
moment_today = اليوم
moment_today_at = اليوم الساعة { $time }
moment_yesterday = أمس
moment_yesterday_at = أمس الساعة { $time }
moment_weekday = يوم { $day }
moment_weekday_at = يوم { $day } الساعة { $time }
moment_date = يوم { $day }
moment_date_at = يوم { $day } الساعة { $time }
unread_messages_of =
    { $n ->
        [zero] لا رسائل غير مقروءة
        [one] رسالة واحدة غير مقروءة
        [two] رسالتان غير مقروءتين
        [few] { $n } رسائل غير مقروءة
        [many] { $n } رسالة غير مقروءة
       *[other] { $n } رسالة غير مقروءة
    }
devices_of =
    { $n ->
        [zero] لا أجهزة
        [one] جهاز واحد
        [two] جهازان
        [few] { $n } أجهزة
        [many] { $n } جهازًا
       *[other] { $n } جهاز
    }
key_through_list = التنقّل في القائمة
key_to_ends = إلى أول القائمة، إلى آخرها
key_open = فتح الدردشة أو نتيجة البحث
key_menu = القائمة
key_reply = الرد على الرسالة
key_copy = نسخ الرسالة
key_star = تمييز الرسالة بنجمة أو إزالتها
key_edit = تعديل الرسالة
key_forward = إعادة توجيه الرسالة
key_delete = حذف الرسالة
key_select = أثناء التحديد: تحديد هذه الرسالة أو إلغاؤه
key_select_to = أثناء التحديد: كل الرسائل حتى هذه
key_send = إرسال
key_line = سطر جديد
key_edit_last = تعديل آخر رسالة، إن كان الحقل فارغًا
language = اللغة
language_later = ستتغيّر اللغة عند فتح هذه الصفحة في المرة القادمة.
page_key_help = هذه المساعدة
page_key_search_in_chat = البحث في الدردشة المفتوحة
page_key_next_chat = الدردشة التالية
page_key_previous_chat = الدردشة السابقة
page_key_next_unread = الدردشة غير المقروءة التالية
page_key_previous_unread = الدردشة غير المقروءة السابقة
page_key_next_landmark = الجزء التالي من الصفحة
page_key_previous_landmark = الجزء السابق من الصفحة
page_key_archive = أرشفة أو إلغاء الأرشفة
page_key_mute = كتم الدردشة المفتوحة
page_key_pin = تثبيت الدردشة المفتوحة
page_key_mark_unread = تعليم كغير مقروءة أو كمقروءة
page_key_close = إغلاق ما يظهر في المقدمة

## Troubles

error_number_invalid = هذا ليس رقم هاتف. تحقق من أرقامه ومن رمز البلد إن وُجد، كما في ⁦+12 345 678 900⁩.
error_number_without_country = اكتب هذا الرقم مع علامة الزائد ورمز البلد، كما في ⁦+12 345 678 900⁩.
error_number_unknown = لا أحد على هذا الخادم لديه هذا الرقم. تحقق منه، أو ادعُ صاحبه.
error_code_expired = لم يعد هذا الرمز صالحًا. اطلب رمزًا جديدًا.
error_pin_invalid = يتكوّن رمز PIN من ستة أرقام.
error_registration_closed = لا يقبل هذا الخادم حسابات جديدة. تواصل مع من يديره.
error_invite_needed = لا يقبل هذا الخادم حسابات جديدة إلا بدعوة. افتح الرابط الذي أُعطي لك، أو تواصل مع من يدير الخادم.
error_invite_used = سبق استخدام هذه الدعوة. اطلب دعوة أخرى ممن يدير هذا الخادم.
error_invite_expired = لم تعد هذه الدعوة صالحة. اطلب دعوة أخرى ممن يدير هذا الخادم.
error_invite_unknown = لا يعرف هذا الخادم هذه الدعوة. افتح الرابط كاملًا من جديد.
error_photo_invalid = تعذّر استخدام هذه الصورة. اختر صورة أخرى.
error_text_empty = لا يوجد ما يُرسل.
error_text_too_long = هذه الرسالة طويلة جدًا. أرسلها على أجزاء.
error_too_late = فات الأوان: لم يعد ممكنًا تغيير هذه الرسالة لدى الآخرين.
error_reaction_invalid = التفاعل رمز تعبيري واحد.
error_other_account = أصبح هذا الرقم لحساب آخر، لذلك لم تُرسل رسالتك. إن كانت موجّهة إلى صاحبه الجديد، فأرسلها من جديد.
error_code_not_ours = هذا ليس رمز Heliograph. امسح الرمز الذي يعرضه متصفحك على عنوان خادمك.
error_code_other_kind = هذا رمز Heliograph من نوع آخر: تُضاف رموز الاتصال كجهات اتصال، ورموز الربط من «الأجهزة المرتبطة».
error_code_other_version = أُنشئ هذا الرمز بإصدار آخر من Heliograph. أعد تحميل الصفحتين.
error_code_damaged = هذا الرمز غير مكتمل. انسخه أو امسحه من جديد.
error_code_other_server = هذا الرمز لخادم آخر. افتح صفحة خادمك.
error_digits_invalid = اكتب الأرقام الأربعة التي يعرضها الهاتف.
error_only_phone = لا يمكن فعل ذلك إلا من الهاتف.
error_offline = يتطلب هذا اتصالًا بالخادم. أعد المحاولة عندما يتوفر اتصال.
error_server_failed = أجاب الخادم بخطأ. أعد المحاولة لاحقًا.
error_not_found = لم يعد هذا موجودًا.
error_not_now = هذا غير ممكن الآن.
error_storage_full = مساحة التخزين ممتلئة. حرّر بعضها؛ لم يُفقد شيء.
error_internal = حدث أمر غير متوقع. أعد تحميل الصفحة؛ لم يُفقد شيء.
error_code_wrong_too_often = أُدخل رمز خاطئ مرات كثيرة. اطلب رمزًا جديدًا.
error_code_wrong =
    { $tries ->
        [zero] الرمز غير صحيح. لم تبقَ أي محاولة.
        [one] الرمز غير صحيح. بقيت محاولة واحدة.
        [two] الرمز غير صحيح. بقيت محاولتان.
        [few] الرمز غير صحيح. بقيت { $tries } محاولات.
        [many] الرمز غير صحيح. بقيت { $tries } محاولة.
       *[other] الرمز غير صحيح. بقيت { $tries } محاولة.
    }
error_pin_wrong =
    { $tries ->
        [zero] رمز PIN غير صحيح. لم تبقَ أي محاولة.
        [one] رمز PIN غير صحيح. بقيت محاولة واحدة.
        [two] رمز PIN غير صحيح. بقيت محاولتان.
        [few] رمز PIN غير صحيح. بقيت { $tries } محاولات.
        [many] رمز PIN غير صحيح. بقيت { $tries } محاولة.
       *[other] رمز PIN غير صحيح. بقيت { $tries } محاولة.
    }
error_too_many = محاولات كثيرة جدًا. انتظر { $wait } ثم أعد المحاولة.
error_code_not_sent = تعذّر إرسال الرمز. أعد المحاولة بعد { $wait }، أو تواصل مع من يدير هذا الخادم.
error_name_invalid =
    { $max ->
        [zero] يجب ألا يكون الاسم فارغًا ولا أطول من { $max } حرف.
        [one] يجب ألا يكون الاسم فارغًا ولا أطول من حرف واحد.
        [two] يجب ألا يكون الاسم فارغًا ولا أطول من حرفين.
        [few] يجب ألا يكون الاسم فارغًا ولا أطول من { $max } أحرف.
        [many] يجب ألا يكون الاسم فارغًا ولا أطول من { $max } حرفًا.
       *[other] يجب ألا يكون الاسم فارغًا ولا أطول من { $max } حرف.
    }
error_about_too_long =
    { $max ->
        [zero] يجب ألا يكون هذا النص أطول من { $max } حرف.
        [one] يجب ألا يكون هذا النص أطول من حرف واحد.
        [two] يجب ألا يكون هذا النص أطول من حرفين.
        [few] يجب ألا يكون هذا النص أطول من { $max } أحرف.
        [many] يجب ألا يكون هذا النص أطول من { $max } حرفًا.
       *[other] يجب ألا يكون هذا النص أطول من { $max } حرف.
    }
error_search_invalid =
    { $max ->
        [zero] يجب ألا تكون عبارة البحث فارغة ولا أطول من { $max } حرف.
        [one] يجب ألا تكون عبارة البحث فارغة ولا أطول من حرف واحد.
        [two] يجب ألا تكون عبارة البحث فارغة ولا أطول من حرفين.
        [few] يجب ألا تكون عبارة البحث فارغة ولا أطول من { $max } أحرف.
        [many] يجب ألا تكون عبارة البحث فارغة ولا أطول من { $max } حرفًا.
       *[other] يجب ألا تكون عبارة البحث فارغة ولا أطول من { $max } حرف.
    }
unsupported_insecure_context_title = تحتاج هذه الصفحة إلى HTTPS
unsupported_insecure_context = افتح عنوان ⁦https://⁩ الذي أظهره الخادم، أو ⁦http://localhost⁩ على الجهاز نفسه.
unsupported_no_storage_title = لا مساحة لتخزين الرسائل هنا
unsupported_no_storage = يحفظ Heliograph رسائلك على هذا الجهاز، في مساحة تخزين لا تتيحها النوافذ الخاصة ولا المواقع المحظورة بياناتها ولا بعض المتصفحات القديمة. افتح هذه الصفحة في نافذة عادية، واسمح لها بحفظ البيانات.
unsupported_old_browser_title = هذا المتصفح قديم جدًا
unsupported_old_browser = ينقصه: { $missing }. حدّثه، أو استخدم متصفحًا حديثًا.
unsupported_newer_database_title = حُفظت رسائلك بإصدار أحدث
unsupported_newer_database = هذه الصفحة أقدم من التي حفظت رسائلك. أعد تحميلها؛ فإن لم يُجدِ ذلك، فاطلب ممن يدير الخادم تحديثه. لم يتغيّر شيء.
unsupported_storage_full_title = مساحة التخزين ممتلئة
unsupported_storage_full = امتلأ القرص، أو المساحة التي يتيحها المتصفح لهذه الصفحة. حرّر بعض المساحة، ثم أعد التحميل للمتابعة. رسائلك محفوظة.
unsupported_server_version_title = يتوفر إصدار جديد
unsupported_server_version = تم تحديث Heliograph، وهذه الصفحة من إصدار آخر. أعد تحميلها للمتابعة؛ لم يُفقد شيء.
logged_out_by_user_title = تم تسجيل خروجك
logged_out_by_user = أُزيلت رسائلك من هذا المتصفح. وهي لا تزال على هاتفك.
logged_out_remotely_title = تم تسجيل خروج هذا الجهاز
logged_out_remotely = سجّل هاتفك، أو جهاز آخر من أجهزتك، خروج هذا الجهاز. أُزيلت رسائلك من هنا؛ وهي لا تزال على هاتفك.
logged_out_number_moved_title = سُجّل رقمك على هاتف آخر
logged_out_number_moved = لم يعد هذا الجهاز تابعًا له، وأُزيلت رسائله. إن لم تكن أنت من فعل ذلك، فسجّل رقمك من جديد وعيّن رمز PIN.
notice_device_linked = تم ربط { $device } بحسابك. إن لم تكن أنت من فعل ذلك، فسجّل خروجه من «الأجهزة المرتبطة».
notice_device_linked_yesterday = تذكير: تم ربط { $device } بحسابك أمس. إن لم تكن أنت من فعل ذلك، فسجّل خروجه.
notice_device_unlinked = تم تسجيل خروج { $device }.
notice_pin_changed = تم تغيير رمز PIN للتسجيل.
notice_server_restored = تمت استعادة الخادم من نسخة احتياطية. يُعاد الآن إرسال ما فقده.
notice_storage_rolled_back = أُعيدت مساحة تخزين هذا الجهاز إلى حالة أقدم. وهو يصلح نفسه الآن.
notice_storage_not_persistent = قد يمسح المتصفح بيانات هذه الصفحة عندما تضيق المساحة. تثبيت التطبيق يمنع ذلك.
notice_server_not_trusted = أرسل الخادم شيئًا لا تثبت صحته ({ $what }). لم يُؤخذ منه شيء.

## Linking

link_title = اربط هذا المتصفح بهاتفك
link_qr_label = رمز QR للربط
copy_code = لا كاميرا؟ انسخ نص هذا الرمز
code_copied = تم النسخ. الصقه على هاتفك
reload_code = عرض رمز جديد
no_phone_yet = ليس لديك حساب بعد؟
open_phone = فتح Heliograph كهاتف
digits_title = اكتب الأرقام التي يعرضها هاتفك
digits_label = أربعة أرقام
checking = جارٍ التحقق…
certifying = هاتفك يصادق على هذا المتصفح…
opening_overview = دردشاتك تصل الآن…
linked_title = تم الربط
link_progress = تقدّم الربط
link_progress_text = أبقِ Heliograph مفتوحًا على هاتفك حتى تظهر دردشاتك.
fetching = جارٍ التحقق من الرمز…
finishing = جارٍ الربط. أبقِ هذه الصفحة مفتوحة…
linked_text = تنتقل دردشاتك الآن. أبقِ هذه الصفحة مفتوحة حتى يكتمل ذلك.
all_handed_over = غادر كل شيء هذا الهاتف. عندما يعرض الجهاز الآخر كل دردشاتك، يمكنك إطفاء الهاتف.
handing_over = مقدار ما انتقل
scan_text = افتح Heliograph في المتصفح الذي تريد ربطه، ووجّه الكاميرا إلى الرمز الظاهر هناك.
paste_warning = لا تلصق إلا رمزًا نسخته بنفسك من متصفحك. لا سبب لدى غيرك لإرسال رمز إليك: من يفعل ذلك يريد قراءة رسائلك.
paste_label = نص الرمز
no_camera = لا كاميرا؟ الصق نص الرمز
use_camera = استخدام الكاميرا
confirm_title = ربط هذا الجهاز؟
confirm_warning = سيتمكّن هذا الجهاز من قراءة كل رسائلك ومن الكتابة باسمك.
confirm_pasted = هذا الرمز ملصوق. إن كان قد أرسله إليك أحد، فألغِ العملية الآن.
browser = الجهاز
network = الشبكة
other_network = { " " }– ليست شبكة هذا الهاتف
link_this = ربط هذا الجهاز
type_these = اكتب هذه الأرقام في المتصفح
type_these_text = فقط في متصفح تراه أمامك. لا تخبر بها أحدًا أبدًا.
link_step_open = افتح Heliograph على هاتفك
link_step_tap = اضغط «الأجهزة»، ثم «ربط جهاز»
link_step_point = وجّه كاميرا الهاتف إلى هذا الرمز
digits_text = سيُربط هذا المتصفح بحساب { $name }.
digits_text_nameless = تُثبت هذه الأرقام أن هاتفك أنت هو الذي يربط هذا المتصفح.
digits_wrong =
    { $tries ->
        [zero] الأرقام غير صحيحة. لم تبقَ أي محاولة.
        [one] الأرقام غير صحيحة. بقيت محاولة واحدة.
        [two] الأرقام غير صحيحة. بقيت محاولتان.
        [few] الأرقام غير صحيحة. بقيت { $tries } محاولات.
        [many] الأرقام غير صحيحة. بقيت { $tries } محاولة.
       *[other] الأرقام غير صحيحة. بقيت { $tries } محاولة.
    }
digit_label = الرقم { $n } من 4
link_in = ربط هذا الجهاز بعد { $wait }
on_system = { $browser } على { $system }
linked = تم ربط { $device }
link_failed_expired = انتهت صلاحية هذا الرمز
link_failed_expired_text = تدوم الرموز دقيقة واحدة. امسح الرمز الذي يعرضه المتصفح الآن.
link_failed_tampered = أُوقف الربط حفاظًا على أمانك
link_failed_tampered_text = ما أرسله الخادم لا يطابق الرمز. قد يكون هناك من يتدخل. لا تُعد المحاولة على هذه الشبكة، وأبلغ من يدير الخادم.
link_failed_other_server = هذا الرمز لخادم آخر
link_failed_other_server_text = افتح صفحة الخادم الذي عليه حسابك، وامسح الرمز هناك.
link_failed_digits_wrong = أُدخلت أرقام خاطئة ثلاث مرات
link_failed_digits_wrong_text = لم يُربط شيء. ابدأ من جديد، واكتب الأرقام التي يعرضها الهاتف.
link_failed_cancelled_on_phone = أُلغي الربط على الهاتف
link_failed_nothing = لم يُربط شيء.
link_failed_cancelled_on_device = أُلغي الربط على الجهاز الآخر
link_failed_other_side_gone = توقّف الجهاز الآخر عن الاستجابة
link_failed_other_side_gone_text = لم يُربط شيء. أبقِ الصفحتين مفتوحتين وابدأ من جديد.
link_failed_not_confirmed = تم الربط، لكن الجهاز توقّف عن الاستجابة
link_failed_not_confirmed_text = هو في قائمة أجهزتك المرتبطة. إن لم تظهر دردشاتك عليه، فسجّل خروجه من هناك واربطه من جديد.
link_failed_too_many_devices = لديك بالفعل ثمانية أجهزة مرتبطة
link_failed_too_many_devices_text = سجّل خروج أحدها من «الأجهزة المرتبطة»، ثم ابدأ من جديد.
link_failed_offline = لا يوجد اتصال
link_failed_offline_text = يحتاج الربط إلى اتصال الجهازين بالخادم. تحقق من الشبكة وأعد المحاولة.
link_failed_devices_changed = تغيّرت أجهزتك في هذه الأثناء
link_failed_devices_changed_text = تم ربط جهاز آخر أو تسجيل خروجه. امسح الرمز من جديد.
link_failed_server_failed = لم يتمكّن الخادم من ذلك
link_failed_server_failed_text = أعد المحاولة بعد قليل. إن تكرر ذلك، فأبلغ من يدير الخادم.

## Messages

waiting_short = بانتظار هذه الرسالة
newer = أُرسلت هذه الرسالة من إصدار أحدث. حدّث لتراها.
a_message = رسالة
not_here = الرسالة الأصلية ليست على هذا الجهاز
pin_message = تثبيت لدى الجميع
unpin_message = إلغاء التثبيت لدى الجميع
pinned_message = رسالة مثبّتة:
read_by = قُرئت من قِبل
delivered_to = سُلّمت إلى
not_delivered_to = لم تُسلَّم بعد إلى
edited = معدّلة
reply = رد
react = تفاعل
more_emoji = رمز تعبيري آخر
reactions_title = التفاعلات
take_back = سحب التفاعل
edit = تعديل
edit_message = تعديل الرسالة
edit_too_late = لم يعد ممكنًا تعديل هذه الرسالة: انقضت الدقائق الـ15 المتاحة. نصك لا يزال هنا؛ انسخه لإرساله من جديد.
stop_reply = إلغاء الرد
stop_edit = إلغاء التعديل
delete = حذف
for_everyone = حذف لدى الجميع
for_me = حذف لديّ
delete_unsent = لم تُرسل بعد. ولن تصل إلى أحد.
delete_for_me_text = ستُحذف من كل أجهزتك. وتبقى لدى الآخرين.
delete_note_text = ستُحذف من كل أجهزتك.
delete_any_text = لدى الجميع: سيرى الآخرون أن رسالة كانت هنا. لديّ: ستُحذف من أجهزتك وتبقى لدى الآخرين.
delete_all_unsent = لم تُرسل هذه الرسائل بعد. ولن تصل إلى أحد.
delete_all_for_me_text = ستُحذف هذه الرسائل من كل أجهزتك. وتبقى لدى الآخرين.
delete_all_notes_text = ستُحذف هذه الرسائل من كل أجهزتك.
delete_all_any_text = لدى الجميع: سيرى الآخرون أن رسائل كانت هنا. لديّ: ستُحذف من أجهزتك وتبقى لدى الآخرين.
deleted_by_me = لقد حذفت هذه الرسالة
was_deleted = تم حذف هذه الرسالة
answering = ردًا على { $who }: { $text }
reactions =
    { $n ->
        [zero] { $which }، بلا تفاعلات
        [one] { $which }، تفاعل واحد
        [two] { $which }، تفاعلان
        [few] { $which }، { $n } تفاعلات
        [many] { $which }، { $n } تفاعلًا
       *[other] { $which }، { $n } تفاعل
    }
delete_one_title = حذف الرسالة؟
delete_title =
    { $n ->
        [zero] حذف { $n } رسالة؟
        [one] حذف رسالة واحدة؟
        [two] حذف رسالتين؟
        [few] حذف { $n } رسائل؟
        [many] حذف { $n } رسالة؟
       *[other] حذف { $n } رسالة؟
    }
one_deleted_for_me = حُذفت الرسالة لديك
deleted_for_me =
    { $n ->
        [zero] لم تُحذف لديك أي رسالة
        [one] حُذفت لديك رسالة واحدة
        [two] حُذفت لديك رسالتان
        [few] حُذفت لديك { $n } رسائل
        [many] حُذفت لديك { $n } رسالة
       *[other] حُذفت لديك { $n } رسالة
    }
emoji_hint_mac = اكتب رمزًا تعبيريًا أو الصقه. اضغط ⁦⌃⌘⁩ مع مفتاح المسافة لفتح لوحة الرموز على جهاز Mac.
emoji_hint_other = اكتب رمزًا تعبيريًا أو الصقه. لدى نظامك لوحة رموز: في Windows تُفتح بالضغط على مفتاح Win مع مفتاح النقطة، وعلى الهاتف تجدها في لوحة المفاتيح.

## Disappearing messages

disappearing_title = الرسائل ذاتية الاختفاء
disappearing_in_new_chats = الرسائل ذاتية الاختفاء في الدردشات الجديدة
disappearing_in_new_chats_text = للدردشات التي تبدؤها والمجموعات التي تنشئها. يرى الآخرون ذلك في الدردشة، ويمكن تغييره هناك.
disappearing_entry = رسائل ذاتية الاختفاء…
disappearing_text = ستختفي الرسائل الجديدة في هذه الدردشة من أجهزة الجميع بعد هذه المدة من إرسالها، مع ملفاتها، حتى المميزة بنجمة منها. ويبقى ما هو موجود هنا الآن. ومع ذلك قد يكون أحدهم قد نسخ ما قرأه، أو يستخدم إصدارًا أقدم يحتفظ به.
disappearing_off = لن تختفي الرسائل من الآن فصاعدًا
disappears_at = تختفي
disappeared = اختفت هذه الرسالة
disappears = ذاتية الاختفاء
disappearing_choice_off = متوقف
disappearing_choice_day = 24 ساعة
disappearing_choice_week = 7 أيام
disappearing_choice_ninety_days = 90 يومًا
disappear_after =
    { $after ->
        [day] تختفي الرسائل بعد 24 ساعة
        [week] تختفي الرسائل بعد 7 أيام
       *[ninety_days] تختفي الرسائل بعد 90 يومًا
    }
line_disappearing_off =
    { $who ->
        [me] لقد أوقفت الرسائل ذاتية الاختفاء
       *[other] تم إيقاف الرسائل ذاتية الاختفاء بواسطة { $by }
    }
line_disappearing_day =
    { $who ->
        [me] لقد ضبطت اختفاء الرسائل بعد 24 ساعة
       *[other] تم ضبط اختفاء الرسائل بعد 24 ساعة بواسطة { $by }
    }
line_disappearing_week =
    { $who ->
        [me] لقد ضبطت اختفاء الرسائل بعد 7 أيام
       *[other] تم ضبط اختفاء الرسائل بعد 7 أيام بواسطة { $by }
    }
line_disappearing_ninety_days =
    { $who ->
        [me] لقد ضبطت اختفاء الرسائل بعد 90 يومًا
       *[other] تم ضبط اختفاء الرسائل بعد 90 يومًا بواسطة { $by }
    }

## Files

record = تسجيل رسالة صوتية
voice_note = رسالة صوتية
drop_recording = تجاهل التسجيل
pause_recording = إيقاف مؤقت
go_on_recording = متابعة التسجيل
nothing_recorded = لم يُسجَّل شيء. هل الميكروفون لا يزال موصولًا؟
microphone_refused = الميكروفون غير مسموح به لهذه الصفحة. اسمح به في إعدادات المتصفح لهذه الصفحة.
microphone_missing = لم يُعثر على ميكروفون، أو أن برنامجًا آخر يستخدمه.
attach = إرفاق
photos_and_videos = صور وفيديوهات
document = مستند
drop_here = أفلت الملفات هنا لإرسالها
caption = تعليق
quality = الصور
quality_standard = عادية
quality_hd = HD
quality_as_is = كمستندات
quality_note = تُصغَّر الصور ولا تتضمّن مكان التقاطها.
quality_as_is_note = تُرسل الصور كما هي، بكل ما سجّلته الكاميرا فيها، بما في ذلك المكان.
film_note = تُرسل الفيديوهات كما هي، بكل ما سجّلته الكاميرا فيها، بما في ذلك المكان.
cannot_show = لا يمكن عرض هذه الصورة هنا. يمكنك حفظها.
cannot_play = لا يمكن تشغيل هذا الملف هنا. يمكنك حفظه.
save_as = حفظ باسم…
viewer = صور هذه الدردشة وفيديوهاتها
next_media = التالي
previous_media = السابق
zoom_in = تكبير
zoom_out = تصغير
position = الموضع
kind_photo = صورة
kind_video = فيديو
kind_audio = ملف صوتي
kind_voice = رسالة صوتية
kind_document = مستند
file_too_large = الحد الأقصى لحجم الملف { $size }. أرسله على أجزاء.
files_on_their_way =
    { $max ->
        [zero] يجري بالفعل إرسال { $max } ملف. انتظر حتى يصل بعضها.
        [one] يجري بالفعل إرسال ملف واحد. انتظر حتى يصل بعضها.
        [two] يجري بالفعل إرسال ملفين. انتظر حتى يصل بعضها.
        [few] يجري بالفعل إرسال { $max } ملفات. انتظر حتى يصل بعضها.
        [many] يجري بالفعل إرسال { $max } ملفًا. انتظر حتى يصل بعضها.
       *[other] يجري بالفعل إرسال { $max } ملف. انتظر حتى يصل بعضها.
    }
file_not_read = لا يمكن قراءة هذا الملف. اختره من جديد.
file_stopped = متوقف
file_gone = لم يعد هذا الملف لدى الخادم. اطلبه من المرسِل.
file_damaged = ما وصل ليس ما أُرسل، لذلك لا يُعرض.
file_no_room_here = لا مساحة على هذا الجهاز. حرّر بعضها، ثم أعد المحاولة.
file_no_room_there = لا مساحة لهذا الملف على الخادم الآن. أعد المحاولة لاحقًا.
file_too_large_there = لا يقبل الخادم ملفات بهذا الحجم.
file_own_unreadable = لم تعد قراءة الملف ممكنة. اختره من جديد.
file_cannot_be_read = لا يمكن قراءة هذا الملف.
stop_sending_file =
    { $what ->
        [named] إيقاف إرسال { $name }
        [photo] إيقاف إرسال الصورة
        [video] إيقاف إرسال الفيديو
        [audio] إيقاف إرسال الملف الصوتي
        [voice] إيقاف إرسال الرسالة الصوتية
       *[document] إيقاف إرسال المستند
    }
stop_downloading_file =
    { $what ->
        [named] إيقاف تنزيل { $name }
        [photo] إيقاف تنزيل الصورة
        [video] إيقاف تنزيل الفيديو
        [audio] إيقاف تنزيل الملف الصوتي
        [voice] إيقاف تنزيل الرسالة الصوتية
       *[document] إيقاف تنزيل المستند
    }
download =
    { $what ->
        [named] تنزيل { $name }، { $size }
        [photo] تنزيل الصورة، { $size }
        [video] تنزيل الفيديو، { $size }
        [audio] تنزيل الملف الصوتي، { $size }
        [voice] تنزيل الرسالة الصوتية، { $size }
       *[document] تنزيل المستند، { $size }
    }
save_file =
    { $what ->
        [named] حفظ { $name }
        [photo] حفظ الصورة
        [video] حفظ الفيديو
        [audio] حفظ الملف الصوتي
        [voice] حفظ الرسالة الصوتية
       *[document] حفظ المستند
    }
open_media =
    { $what ->
        [named] فتح { $name }
        [photo] فتح الصورة
        [video] تشغيل الفيديو
        [audio] فتح الملف الصوتي
        [voice] فتح الرسالة الصوتية
       *[document] فتح المستند
    }
play =
    { $what ->
        [photo] تشغيل الصورة
        [video] تشغيل الفيديو
        [audio] تشغيل الملف الصوتي
        [voice] تشغيل الرسالة الصوتية
       *[document] تشغيل المستند
    }
pause_media =
    { $what ->
        [photo] إيقاف الصورة مؤقتًا
        [video] إيقاف الفيديو مؤقتًا
        [audio] إيقاف الملف الصوتي مؤقتًا
        [voice] إيقاف الرسالة الصوتية مؤقتًا
       *[document] إيقاف المستند مؤقتًا
    }
speed = سرعة التشغيل: { $speed }
send_files =
    { $n ->
        [zero] إرسال { $n } ملف؟
        [one] إرسال هذا الملف؟
        [two] إرسال ملفين؟
        [few] إرسال { $n } ملفات؟
        [many] إرسال { $n } ملفًا؟
       *[other] إرسال { $n } ملف؟
    }
preparing = جارٍ تجهيز { $n } من { $of }…
too_many_files =
    { $max ->
        [zero] الحد الأقصى { $max } ملف في المرة الواحدة. لم يُضف شيء.
        [one] الحد الأقصى ملف واحد في المرة الواحدة. أُضيف الأول.
        [two] الحد الأقصى ملفان في المرة الواحدة. أُضيف أول ملفين.
        [few] الحد الأقصى { $max } ملفات في المرة الواحدة. أُضيفت أول { $max } ملفات.
        [many] الحد الأقصى { $max } ملفًا في المرة الواحدة. أُضيف أول { $max } ملفًا.
       *[other] الحد الأقصى { $max } ملف في المرة الواحدة. أُضيف أول { $max } ملف.
    }
remove_file = إزالة { $name }
file_unreadable = تعذّرت قراءة { $name }، فلم يُرسل. اختره من جديد.
not_made_smaller = لا يستطيع هذا المتصفح تصغير { $name }، فلم يُرسل. يمكنك إرساله كما هو كمستند.
file_refused = لم يُرسل { $name }. { $why }
place_in = { $at } من { $all }
file_being_sent = يُرسل الآن
file_not_downloaded = لم يُنزَّل
file_being_downloaded = يُنزَّل الآن
in_viewer = { $at } من { $of }

## Editing of photos

edit_photo_title = تعديل الصورة
edited_photo = الصورة كما ستُرسل
turn = تدوير
mirror_photo = قلب
crop = اقتصاص
draw = رسم
cut_here = قص
square = مربع
move_frame = الجزء المتبقي. حرّكه بمفاتيح الأسهم.
colour = اللون
width = القلم
thin = رفيع
thick = سميك
use_photo = استخدام
not_edited = لا يمكن تعديل هذه الصورة هنا.
edit_photo = تعديل { $name }
corner_top_left = الزاوية العليا اليسرى. حرّكها بمفاتيح الأسهم.
corner_top_right = الزاوية العليا اليمنى. حرّكها بمفاتيح الأسهم.
corner_bottom_left = الزاوية السفلى اليسرى. حرّكها بمفاتيح الأسهم.
corner_bottom_right = الزاوية السفلى اليمنى. حرّكها بمفاتيح الأسهم.
colour_white = أبيض
colour_black = أسود
colour_red = أحمر
colour_yellow = أصفر
colour_blue = أزرق

## Emoji

emoji_label = الرموز التعبيرية
search_emoji = البحث عن رمز تعبيري
skin_tone = لون البشرة
emoji_groups = أنواع الرموز التعبيرية
no_emoji_found = لا يوجد رمز تعبيري بهذا الاسم.
show_emoji = رموز تعبيرية
emoji_group_faces = الوجوه والمشاعر
emoji_group_people = الأشخاص
emoji_group_nature = الحيوانات والطبيعة
emoji_group_food = الطعام والشراب
emoji_group_travel = السفر والأماكن
emoji_group_activities = الأنشطة
emoji_group_things = الأشياء
emoji_group_symbols = الرموز
emoji_group_flags = الأعلام
emoji_group_last = المستخدمة مؤخرًا

## Searching

carried = الوسائط والملفات والروابط
carried_pictures = صور وفيديوهات
carried_files = ملفات
carried_links = روابط
nothing_carried = لم يُرسل شيء من هذا النوع هنا بعد
messages_found = الرسائل
searching = جارٍ البحث…
nothing_found = لم يُعثر على رسائل
show_more = عرض المزيد
found_full = هناك نتائج أخرى: أضف كلمة لتراها
you_said = أنت:{ " " }
search_in_chat = البحث في هذه الدردشة
search_in_chat_text = اكتب كلمات وردت في الرسالة، أو اختر مرسلها أو ما تحمله أو الأيام التي تعود إليها.
search_messages = البحث في الرسائل
filter_messages = تصفية الرسائل
sender = المرسِل
anybody = أي شخص
kind = النوع
any_kind = كل الأنواع
from_day = من
to_day = إلى
starred_messages = الرسائل المميزة بنجمة
no_stars = ستظهر هنا الرسائل التي تميزها بنجمة. لتمييز رسالة، افتح قائمتها واختر «تمييز بنجمة»، أو اضغط S عليها.
select = تحديد
is_selected = محددة
selection = الرسائل المحددة
stop_selecting = إنهاء التحديد
chosen_full = يمكن تحديد 100 رسالة على الأكثر.
forward = إعادة توجيه
forwarded = مُعاد توجيهها
search_recipients = البحث عمن تُرسل إليه
forward_full = هذه 5 دردشات، وهو الحد الأقصى في المرة الواحدة.
forward_none = لا توجد دردشة بهذا الاسم أو الرقم.
is_starred = مميزة بنجمة
forward_invalid = لا يمكن إعادة توجيه سوى النصوص. عدد الرسائل من 1 إلى { $messages }، وعدد الدردشات من 1 إلى { $chats }.
found =
    { $n ->
        [zero] لم يُعثر على رسائل
        [one] تم العثور على رسالة واحدة
        [two] تم العثور على رسالتين
        [few] تم العثور على { $n } رسائل
        [many] تم العثور على { $n } رسالة
       *[other] تم العثور على { $n } رسالة
    }
more_found =
    { $n ->
        [zero] تم العثور على أكثر من { $n } رسالة
        [one] تم العثور على أكثر من رسالة واحدة
        [two] تم العثور على أكثر من رسالتين
        [few] تم العثور على أكثر من { $n } رسائل
        [many] تم العثور على أكثر من { $n } رسالة
       *[other] تم العثور على أكثر من { $n } رسالة
    }
not_indexed =
    { $n ->
        [zero] لا تزال فهرسة الرسائل الأقدم جارية: لم تبقَ رسائل
        [one] لا تزال فهرسة الرسائل الأقدم جارية: بقيت رسالة واحدة
        [two] لا تزال فهرسة الرسائل الأقدم جارية: بقيت رسالتان
        [few] لا تزال فهرسة الرسائل الأقدم جارية: بقيت { $n } رسائل
        [many] لا تزال فهرسة الرسائل الأقدم جارية: بقيت { $n } رسالة
       *[other] لا تزال فهرسة الرسائل الأقدم جارية: بقيت { $n } رسالة
    }
selected =
    { $n ->
        [zero] لا رسائل محددة
        [one] رسالة محددة
        [two] رسالتان محددتان
        [few] { $n } رسائل محددة
        [many] { $n } رسالة محددة
       *[other] { $n } رسالة محددة
    }
starred =
    { $n ->
        [zero] لم تُميَّز أي رسالة بنجمة
        [one] تم تمييز رسالة واحدة بنجمة
        [two] تم تمييز رسالتين بنجمة
        [few] تم تمييز { $n } رسائل بنجمة
        [many] تم تمييز { $n } رسالة بنجمة
       *[other] تم تمييز { $n } رسالة بنجمة
    }
no_longer_starred =
    { $n ->
        [zero] لم تُزل النجمة عن أي رسالة
        [one] أُزيلت النجمة عن رسالة واحدة
        [two] أُزيلت النجمة عن رسالتين
        [few] أُزيلت النجمة عن { $n } رسائل
        [many] أُزيلت النجمة عن { $n } رسالة
       *[other] أُزيلت النجمة عن { $n } رسالة
    }
forward_title =
    { $n ->
        [zero] إعادة توجيه { $n } رسالة
        [one] إعادة توجيه الرسالة
        [two] إعادة توجيه رسالتين
        [few] إعادة توجيه { $n } رسائل
        [many] إعادة توجيه { $n } رسالة
       *[other] إعادة توجيه { $n } رسالة
    }
forward_to = إلى { $chats }
forwarded_to = أُعيد التوجيه إلى { $chat }
forwarded_to_chats =
    { $n ->
        [zero] أُعيد التوجيه إلى { $n } دردشة
        [one] أُعيد التوجيه إلى دردشة واحدة
        [two] أُعيد التوجيه إلى دردشتين
        [few] أُعيد التوجيه إلى { $n } دردشات
        [many] أُعيد التوجيه إلى { $n } دردشة
       *[other] أُعيد التوجيه إلى { $n } دردشة
    }

## Naming people

named_here = تمت الإشارة إليك
offered_people = أشخاص ورموز تعبيرية
everybody_text = كل من في المجموعة
to_named = الانتقال إلى موضع الإشارة إليك

## People and places

people = جهة اتصال
people_title = إرسال جهات اتصال
people_search = البحث في جهات اتصالك
card_write = مراسلة
card_save = حفظ جهة الاتصال
place_title = إرسال موقع
place_here = استخدام موقعي الحالي
place_looking = جارٍ سؤال هذا الجهاز…
place_name = ماذا يوجد هناك (اختياري)
degrees = خط العرض، خط الطول
degrees_invalid = اكتب عددين: درجات الشمال، ثم درجات الشرق. تعرضهما الخرائط هكذا: ⁦52.52000, 13.40500⁩.
open_map = فتح في OpenStreetMap
cards_invalid = اختر من 1 إلى 10 أشخاص، لكل منهم اسم ورقم.
place_invalid = لا يوجد مكان كهذا على الأرض.
a_place = موقع
people_full =
    { $most ->
        [zero] الحد الأقصى في الرسالة الواحدة { $most } شخص.
        [one] الحد الأقصى في الرسالة الواحدة شخص واحد.
        [two] الحد الأقصى في الرسالة الواحدة شخصان.
        [few] الحد الأقصى في الرسالة الواحدة { $most } أشخاص.
        [many] الحد الأقصى في الرسالة الواحدة { $most } شخصًا.
       *[other] الحد الأقصى في الرسالة الواحدة { $most } شخص.
    }
place_denied = غير مسموح لهذه الصفحة بمعرفة مكانك. اسمح بذلك في إعدادات المتصفح لهذه الصفحة، أو اكتب الدرجات.
place_unknown = لا يعرف هذا الجهاز مكانه. اكتب الدرجات.
accuracy =
    { $metres ->
        [zero] بدقة { $metres } متر
        [one] بدقة متر واحد
        [two] بدقة مترين
        [few] بدقة { $metres } أمتار
        [many] بدقة { $metres } مترًا
       *[other] بدقة { $metres } متر
    }

## Polls

poll_title = استطلاع رأي جديد
question = السؤال
answers = الإجابات
several_answers = يمكن اختيار أكثر من إجابة
send_poll = إرسال الاستطلاع
choose_one = اختر إجابة واحدة
choose_several = اختر إجابة أو أكثر
show_votes = عرض الأصوات
no_votes = لم يختر أحد بعد.
poll_invalid = يحتاج الاستطلاع إلى سؤال ومن 2 إلى 12 إجابة مختلفة.
a_poll = استطلاع رأي
answer_label = الإجابة { $n }
votes =
    { $n ->
        [zero] لا أصوات
        [one] صوت واحد
        [two] صوتان
        [few] { $n } أصوات
        [many] { $n } صوتًا
       *[other] { $n } صوت
    }
poll = استطلاع رأي: { $question }. { $answers }

## Groups

somebody = شخص ما
new_group = مجموعة جديدة
group_name = اسم المجموعة
create_group = إنشاء المجموعة
choose_members = من سيكون فيها
search_contacts = البحث في جهات الاتصال
no_contact_left = كل جهات اتصالك في هذه المجموعة.
add_members = إضافة أعضاء
add = إضافة
admin = مشرف
make_admin = تعيين كمشرف
withdraw_admin = إلغاء الإشراف
remove_from_group = إزالة من المجموعة
message_member = مراسلة
remove = إزالة
leave_group = مغادرة المجموعة
leave = مغادرة
leave_text = لن تصلك رسائلها بعد الآن. ويبقى ما قيل فيها على أجهزتك. ولا يمكن إلا لمشرف أن يعيدك إليها.
not_in_group = لم تعد في هذه المجموعة.
group_line_created =
    { $who ->
        [me] لقد أنشأت هذه المجموعة
       *[other] تم إنشاء هذه المجموعة بواسطة { $by }
    }
group_line_added =
    { $who ->
        [me] لقد أضفت { $whom }
       *[other] تمت الإضافة بواسطة { $by }: { $whom }
    }
group_line_added_you = تمت إضافتك بواسطة { $by }
group_line_removed =
    { $who ->
        [me] لقد أزلت { $whom }
       *[other] تمت الإزالة بواسطة { $by }: { $whom }
    }
group_line_removed_you = تمت إزالتك بواسطة { $by }
group_line_joined =
    { $who ->
        [me] لقد انضممت إلى المجموعة
        [one] عضو جديد: { $names }
       *[many] أعضاء جدد: { $names }
    }
group_line_gone =
    { $who ->
        [me] لم تعد في هذه المجموعة
       *[many] خارج المجموعة الآن: { $names }
    }
group_line_left =
    { $who ->
        [me] لقد غادرت المجموعة
       *[other] غادر أحد الأعضاء: { $by }
    }
group_line_admins_made =
    { $who ->
        [me] أصبحت من مشرفي المجموعة
        [one] مشرف جديد: { $names }
       *[many] مشرفون جدد: { $names }
    }
group_line_admins_withdrawn =
    { $who ->
        [me] لم تعد من مشرفي المجموعة
       *[many] إلغاء صلاحيات الإشراف: { $names }
    }
group_line_renamed =
    { $who ->
        [me] لقد سمّيت هذه المجموعة «{ $name }»
       *[other] تمت تسمية هذه المجموعة «{ $name }» بواسطة { $by }
    }
group_line_pinned =
    { $who ->
        [me] لقد ثبّت رسالة
       *[other] تم تثبيت رسالة بواسطة { $by }
    }
listed_you = أنت
listed_somebody = شخص ما
listed_you_object = أنت
listed_somebody_object = شخص ما
listed_and = { $others } و{ $last }
group_too_large =
    { $max ->
        [zero] لا تتسع المجموعة لأكثر من { $max } شخص.
        [one] لا تتسع المجموعة لأكثر من شخص واحد.
        [two] لا تتسع المجموعة لأكثر من شخصين.
        [few] لا تتسع المجموعة لأكثر من { $max } أشخاص.
        [many] لا تتسع المجموعة لأكثر من { $max } شخصًا.
       *[other] لا تتسع المجموعة لأكثر من { $max } شخص.
    }
group_last_admin = أنت المشرف الوحيد على المجموعة. عيّن مشرفًا غيرك أولًا.
group_only_admins = لا يمكن ذلك إلا لمشرفي هذه المجموعة.
members =
    { $n ->
        [zero] لا أعضاء
        [one] عضو واحد
        [two] عضوان
        [few] { $n } أعضاء
        [many] { $n } عضوًا
       *[other] { $n } عضو
    }
remove_member = إزالة { $name } من «{ $group }»؟
leave_title = مغادرة «{ $group }»؟

## What members may

description = الوصف
add_description = إضافة وصف
change_description = تغيير الوصف
description_too_long = هذا الوصف طويل جدًا.
add_group_photo = إضافة صورة
change_group_photo = تغيير الصورة
remove_group_photo = إزالة الصورة
who_may = الصلاحيات
who_may_text = إضافة الأشخاص وإزالتهم للمشرفين دائمًا.
everybody_sends = يمكن للجميع إرسال الرسائل
everybody_edits = يمكن للجميع تغيير الاسم والصورة والوصف
only_admins_send = لا يمكن إلا للمشرفين إرسال الرسائل
in_common = المجموعات المشتركة
group_line_described =
    { $who ->
        [me] لقد غيّرت وصف المجموعة
       *[other] تم تغيير وصف المجموعة بواسطة { $by }
    }
group_line_description_removed =
    { $who ->
        [me] لقد أزلت وصف المجموعة
       *[other] تمت إزالة وصف المجموعة بواسطة { $by }
    }
group_line_photo_changed =
    { $who ->
        [me] لقد غيّرت صورة المجموعة
       *[other] تم تغيير صورة المجموعة بواسطة { $by }
    }
group_line_photo_removed =
    { $who ->
        [me] لقد أزلت صورة المجموعة
       *[other] تمت إزالة صورة المجموعة بواسطة { $by }
    }
group_line_admins_send =
    { $who ->
        [me] لقد قصرت إرسال الرسائل على المشرفين من الآن فصاعدًا
       *[other] تم قصر إرسال الرسائل على المشرفين من الآن فصاعدًا بواسطة { $by }
    }
group_line_everybody_sends =
    { $who ->
        [me] لقد سمحت للجميع بإرسال الرسائل من الآن فصاعدًا
       *[other] تم السماح للجميع بإرسال الرسائل من الآن فصاعدًا بواسطة { $by }
    }
group_line_admins_edit =
    { $who ->
        [me] لقد قصرت تغيير الاسم والصورة والوصف على المشرفين من الآن فصاعدًا
       *[other] تم قصر تغيير الاسم والصورة والوصف على المشرفين من الآن فصاعدًا بواسطة { $by }
    }
group_line_everybody_edits =
    { $who ->
        [me] لقد سمحت للجميع بتغيير الاسم والصورة والوصف من الآن فصاعدًا
       *[other] تم السماح للجميع بتغيير الاسم والصورة والوصف من الآن فصاعدًا بواسطة { $by }
    }
rules =
    { $send ->
        [admins] الرسائل: المشرفون فقط.
       *[everybody] الرسائل: الجميع.
    } { $edit ->
        [admins] الاسم والصورة والوصف: المشرفون فقط.
       *[everybody] الاسم والصورة والوصف: الجميع.
    }

## Links into groups

invite_link = رابط الدعوة
no_link_yet = لا أحد ينضم عبر رابط
link_lets_in = ينضم كل من لديه الرابط
link_asks = أنت تقرر من ينضم
invite_link_text = يمكن لكل من لديه هذا الرابط أن يطلب الانضمام إلى هذه المجموعة. أعطه لمن تثق بهم.
make_link = إنشاء رابط
copy_invite_link = نسخ الرابط
share_link = مشاركة الرابط
approve_each = يقرر أحد المشرفين قبول كل من ينضم
reset_link = إعادة تعيين الرابط
reset_link_text = لن يؤدي الرابط السابق إلى أي مكان بعد ذلك. وسيحتاج من لديه إلى الرابط الجديد.
turn_link_off = إيقاف الرابط
let_in_button = قبول
look_at_asking = عرض
join_title = الانضمام إلى مجموعة
join_call_title = الانضمام إلى مكالمة
ask_to_join = طلب الانضمام
ask_again = الطلب من جديد
join_call = انضمام للمكالمة
open_group = فتح المجموعة
join_privacy = سيرى مشرفو هذه المجموعة اسمك ورقمك. واسم المجموعة هو ما يقوله الرابط.
stop_asking = سحب الطلب
new_call_link = إنشاء رابط مكالمة
call_link = رابط المكالمة
call_link_text = كل من لديه هذا الرابط يدخل المكالمة متى كنت أنت أو أي مشارك آخر فيها متصلًا.
invited_first = لديك رابط إلى مجموعة. يمكنك المتابعة عندما يكون لهذا الجهاز حساب.
invited_to_phone = هل هذا هاتفك؟ تابع عليه
call_of = مكالمة { $name }
asking_to_join =
    { $n ->
        [zero] لا أحد يطلب الانضمام
        [one] شخص واحد يطلب الانضمام
        [two] شخصان يطلبان الانضمام
        [few] { $n } أشخاص يطلبون الانضمام
        [many] { $n } شخصًا يطلبون الانضمام
       *[other] { $n } شخص يطلبون الانضمام
    }
group_line_link_on =
    { $who ->
        [me] لقد فعّلت رابط الدعوة
       *[other] تم تفعيل رابط الدعوة بواسطة { $by }
    }
group_line_link_reset =
    { $who ->
        [me] لقد أعدت تعيين رابط الدعوة
       *[other] تمت إعادة تعيين رابط الدعوة بواسطة { $by }
    }
group_line_link_off =
    { $who ->
        [me] لقد أوقفت رابط الدعوة
       *[other] تم إيقاف رابط الدعوة بواسطة { $by }
    }
join_open =
    { $to ->
        [call] يؤدي هذا الرابط إلى مكالمة.
        [group] يؤدي هذا الرابط إلى مجموعة.
       *[named] يؤدي هذا الرابط إلى «{ $name }».
    }
join_asking_call =
    { $to ->
        [named] بانتظار السماح لك بدخول «{ $name }» – يجب أن يكون أحد المشاركين في المكالمة متصلًا.
       *[call] بانتظار السماح لك بدخول مكالمة – يجب أن يكون أحد المشاركين فيها متصلًا.
    }
join_asking_group =
    { $to ->
        [named] بانتظار السماح لك بدخول «{ $name }» – يجب أن يكون أحد مشرفي المجموعة متصلًا.
       *[group] بانتظار السماح لك بدخول مجموعة – يجب أن يكون أحد مشرفيها متصلًا.
    }
join_waiting =
    { $to ->
        [call] أُرسل طلبك للانضمام إلى مكالمة. سينظر فيه أحد المشرفين.
        [group] أُرسل طلبك للانضمام إلى مجموعة. سينظر فيه أحد المشرفين.
       *[named] أُرسل طلبك للانضمام إلى «{ $name }». سينظر فيه أحد المشرفين.
    }
join_in =
    { $to ->
        [call] أنت في مكالمة.
        [group] أنت في مجموعة.
       *[named] أنت في «{ $name }».
    }
join_declined_call =
    { $to ->
        [named] رفض أحد مشرفي المكالمة طلبك للانضمام إلى «{ $name }».
       *[call] رفض أحد مشرفي المكالمة طلبك للانضمام إليها.
    }
join_declined_group =
    { $to ->
        [named] رفض أحد مشرفي المجموعة طلبك للانضمام إلى «{ $name }».
       *[group] رفض أحد مشرفي المجموعة طلبك للانضمام إليها.
    }
join_void =
    { $to ->
        [call] لم يعد هذا الرابط يؤدي إلى مكالمة. اطلب رابطًا آخر.
        [group] لم يعد هذا الرابط يؤدي إلى مجموعة. اطلب رابطًا آخر.
       *[named] لم يعد هذا الرابط يؤدي إلى «{ $name }». اطلب رابطًا آخر.
    }
join_full =
    { $to ->
        [call] لم يعد هناك مكان في المكالمة؛ فقد اكتمل العدد.
        [group] لم يعد هناك مكان في المجموعة؛ فقد اكتمل العدد.
       *[named] لم يعد هناك مكان في «{ $name }»؛ فقد اكتمل العدد.
    }

## Calls

calls = المكالمات
no_calls = لا مكالمات بعد. تبدأ المكالمة من دردشة: افتح واحدة، واضغط رمز الهاتف أو الكاميرا.
voice_call = مكالمة صوتية
video_call = مكالمة فيديو
calling = جارٍ الاتصال…
in_another_call = في مكالمة أخرى…
connecting = جارٍ التوصيل…
reconnecting = جارٍ إعادة التوصيل…
answer = الرد
answer_with_camera = الرد بالكاميرا
hang_up_and_answer = إنهاء المكالمة والرد
hang_up_and_answer_with_camera = إنهاء المكالمة والرد بالكاميرا
decline = رفض
hang_up = إنهاء المكالمة
microphone_off = إيقاف الميكروفون
microphone_on = تشغيل الميكروفون
camera_off = إيقاف الكاميرا
camera_on = تشغيل الكاميرا
screen_on = مشاركة شاشتك
screen_off = إيقاف مشاركة شاشتك
call_microphone_gone = فُصل الميكروفون. يُستخدم الآن ميكروفون آخر.
call_camera_gone = فُصلت الكاميرا. تُستخدم الآن كاميرا أخرى.
devices_of_calls = الميكروفون والكاميرا ومكبر الصوت
microphone = الميكروفون
camera = الكاميرا
loudspeaker = مكبر الصوت
system_device = افتراضي النظام
try_microphone = تجربة الميكروفون
try_loudspeaker = تشغيل نغمة
tone_is_played = يُفترض أنك سمعت نغمة.
microphone_level = مستوى صوت الميكروفون
microphone_is_off = الميكروفون متوقف.
microphone_refused_here = لا يسمح المتصفح لـ Heliograph باستخدام الميكروفون. اسمح به بجوار شريط العنوان.
microphone_missing_here = لم يُعثر على ميكروفون. وصّل واحدًا.
hand_up = رفع اليد
hand_down = إنزال اليد
keys_of_calls = أثناء المكالمة
call_people = أشخاص آخرون
call_all_there = كل الأعضاء في المكالمة.
call_to_group = إضافة أشخاص
call_add_about = تستمر المكالمة في مجموعة جديدة تضمكما ومن تختارهم.
call_add_too_many = تتسع المكالمة لـ32 شخصًا: اختر 30 على الأكثر.
call_grows = جارٍ إضافة أشخاص…
ring = استدعاء
rung = جارٍ الرنين…
call_smaller = تصغير المكالمة
call_larger = تكبير المكالمة
call_by_speaker = تكبير صورة المتحدث
call_all_alike = عرض الجميع بالتساوي
picture_in_picture = الصورة فوق النوافذ الأخرى
connection_weak = اتصال ضعيف
connection_bad = اتصال سيئ
call_ways = اتصال
your_picture = صورتك
call_asking = يسألك متصفحك إن كنت تسمح لـ Heliograph باستخدام الميكروفون والكاميرا.
call_needs_browser = لا يستطيع هذا المتصفح تشفير المكالمات. حدّثه، أو اتصل من متصفح آخر.
call_microphone_refused = لا يسمح المتصفح لـ Heliograph باستخدام الميكروفون: لا يمكن للآخرين سماعك. اسمح به بجوار شريط العنوان، ثم شغّل الميكروفون.
call_microphone_missing = لم يُعثر على ميكروفون: لا يمكن للآخرين سماعك. وصّل واحدًا، ثم شغّل الميكروفون.
call_camera_refused = لا يسمح المتصفح لـ Heliograph باستخدام الكاميرا. اسمح بها بجوار شريط العنوان، ثم شغّل الكاميرا.
call_camera_missing = لم يُعثر على كاميرا، أو أن برنامجًا آخر يستخدمها. وصّل واحدة، ثم شغّل الكاميرا.
call_key_microphone = تشغيل الميكروفون أو إيقافه
call_key_camera = تشغيل الكاميرا أو إيقافها
call_key_screen = مشاركة شاشتك أو إيقافها
call_key_hand = رفع اليد أو إنزالها
call_key_small = تصغير المكالمة
call_with = مكالمة مع { $chat }
picture_of = صورة { $name }
ring_member = استدعاء { $name }
device = الجهاز { $number }
call_sign_microphone_off = الميكروفون متوقف
call_sign_camera_off = الكاميرا متوقفة
call_sign_hand = اليد مرفوعة
raised_hands = الأيدي المرفوعة: { $names }
ringing =
    { $kind ->
        [video] مكالمة فيديو من { $name }
       *[voice] مكالمة صوتية من { $name }
    }
ringing_meanwhile =
    { $kind ->
        [video] مكالمة فيديو أثناء مكالمتك الحالية
       *[voice] مكالمة صوتية أثناء مكالمتك الحالية
    }
ringing_meanwhile_from =
    { $kind ->
        [video] مكالمة فيديو من { $name } أثناء مكالمتك الحالية
       *[voice] مكالمة صوتية من { $name } أثناء مكالمتك الحالية
    }
call_over =
    { $kind ->
        [video] مكالمة فيديو، { $length }
       *[voice] مكالمة صوتية، { $length }
    }
call_went_on =
    { $kind ->
        [video] مكالمة فيديو، { $length }، استمرت في مجموعة
       *[voice] مكالمة صوتية، { $length }، استمرت في مجموعة
    }
call_no_answer =
    { $kind ->
        [video] مكالمة فيديو، لا رد
       *[voice] مكالمة صوتية، لا رد
    }
call_declined =
    { $kind ->
        [video] مكالمة فيديو، مرفوضة
       *[voice] مكالمة صوتية، مرفوضة
    }
missed_call =
    { $kind ->
        [video] مكالمة فيديو فائتة
       *[voice] مكالمة صوتية فائتة
    }
call_outgoing = صادرة:{ " " }
call_incoming = واردة:{ " " }
call_again =
    { $kind ->
        [video] مكالمة فيديو مع { $chat }
       *[voice] مكالمة صوتية مع { $chat }
    }
call_on_other_device = أنت في هذه المكالمة على جهاز آخر
call_move_here = نقل إلى هنا
call_goes_on =
    { $n ->
        [zero] مكالمة جارية هنا، ليس فيها أحد
        [one] مكالمة جارية هنا، فيها شخص واحد
        [two] مكالمة جارية هنا، فيها شخصان
        [few] مكالمة جارية هنا، فيها { $n } أشخاص
        [many] مكالمة جارية هنا، فيها { $n } شخصًا
       *[other] مكالمة جارية هنا، فيها { $n } شخص
    }
call_join_running = انضمام
call_on_other_device_short = في مكالمة على جهاز آخر
call_running_short = مكالمة جارية: انضم
call_end_declined = رُفضت مكالمتك من جانب { $name }.
call_end_no_answer = لا رد من { $name }.
call_end_elsewhere = تم الرد على المكالمة من جهاز آخر من أجهزتك.
call_end_moved = تستمر المكالمة على جهاز آخر من أجهزتك.
call_end_not_member = لم تعد في هذه الدردشة ولا في مكالمتها.
call_end_left_behind = أُضيف أشخاص بواسطة { $name } واستمرت المكالمة في مجموعة لم تصل إلى هنا. اتصل من جديد.
call_end_failed = تعذّر توصيل المكالمة. تحقق من الشبكة، واتصل من جديد.
call_growth_goes_on = أُضيف أشخاص بواسطة { $by }: تستمر المكالمة في مجموعة { $group }.
call_growth_not_made = تعذّر إنشاء المجموعة. تستمر المكالمة كما كانت؛ أعد المحاولة.
call_growth_other_stays = بانتظار انضمام { $name } إلى مكالمة المجموعة.
call_refused_in_call = أنت في مكالمة بالفعل. أنهها أولًا.
call_refused_nobody = لا يوجد في هذه الدردشة من يمكن الاتصال به.
call_refused_not_offered = لا يتيح هذا الخادم المكالمات. تواصل مع من يديره.
call_refused_full = هذه المكالمة ممتلئة. أعد المحاولة عندما يغادرها أحد.
call_refused_connection = لم يُقبل توصيل المكالمة. أنهها، واتصل من جديد.

## Clearing, deleting, blocking

export_chat = تصدير الدردشة…
export_title = تصدير هذه الدردشة؟
export_text = ملف نصي بكل رسائلها الموجودة على هذا الجهاز. تُذكر فيه الصور والملفات الأخرى بأسمائها ولا تكون جزءًا منه. وتُستثنى الرسائل ذاتية الاختفاء. من لديه الملف يستطيع قراءته.
export_go = تصدير
exported = تم تصدير الدردشة
export_file_name = دردشة مع { $chat }
exporting =
    { $total ->
        [zero] { $done } من { $total } رسالة
        [one] { $done } من رسالة واحدة
        [two] { $done } من رسالتين
        [few] { $done } من { $total } رسائل
        [many] { $done } من { $total } رسالة
       *[other] { $done } من { $total } رسالة
    }
export_left_out =
    { $n ->
        [zero] لم تُستثنَ أي رسالة ذاتية الاختفاء.
        [one] استُثنيت رسالة واحدة ذاتية الاختفاء.
        [two] استُثنيت رسالتان ذاتيتا الاختفاء.
        [few] استُثنيت { $n } رسائل ذاتية الاختفاء.
        [many] استُثنيت { $n } رسالة ذاتية الاختفاء.
       *[other] استُثنيت { $n } رسالة ذاتية الاختفاء.
    }
clear_chat = مسح الدردشة…
clear_title = مسح هذه الدردشة؟
clear_text = ستُحذف كل رسائلها حتى الآن من كل أجهزتك، مع ملفاتها. ويحتفظ الآخرون برسائلهم. لا يمكن التراجع عن ذلك.
keep_starred = الاحتفاظ بالرسائل المميزة بنجمة
clear = مسح
cleared = تم مسح الدردشة
delete_chat = حذف الدردشة…
delete_chat_title = حذف هذه الدردشة؟
delete_chat_text = ستُحذف من القائمة على كل أجهزتك، بكل رسائلها وملفاتها، حتى المميزة بنجمة. ويحتفظ الآخرون بما لديهم. وستعود فارغة عندما تصل فيها رسالة جديدة. لا يمكن التراجع عن ذلك.
chat_deleted = تم حذف الدردشة
block = حظر…
block_text = لن يصلك ما يكتبه إليك هذا الشخص في هذه الدردشة أثناء الحظر، ولا مكالماته، ولا حتى لاحقًا. ولن يُبلَّغ بذلك: ستبدو له رسائله كأنها سُلّمت، وسيظل يرى اسمك وصورتك. وفي المجموعات سيظل كل منكما يرى الآخر.
block_report = لن يُبلَّغ أحد آخر بذلك، ولا حتى من يدير هذا الخادم: فليس بإمكانه قراءة ما كُتب.
block_and_delete = حذف هذه الدردشة أيضًا
block_go = حظر
unblock_them = إلغاء الحظر
blocked_people = الأشخاص المحظورون
nobody_blocked = لم تحظر أحدًا.
not_a_contact = ليس ضمن جهات اتصالك
add_to_contacts = إضافة إلى جهات الاتصال
contact_added = تمت الإضافة إلى جهات اتصالك
block_title = حظر { $name }؟
you_blocked = لقد حظرت { $name }.
blocked = تم حظر { $name }
unblocked = أُلغي حظر { $name }
block_moved = لدى { $name } حساب جديد برقم كنت قد حظرته، فتم حظره أيضًا.
unblock = إلغاء حظر { $name }
kept_out_blocked = لقد حظرت هذا الشخص. ألغِ الحظر أولًا.
kept_out_group = غادر هذه المجموعة أولًا. بعدها يمكن حذفها.

## Notifications

push = تلقّي الإشعارات في هذا المتصفح، حتى عند عدم فتح أي صفحة
push_blocked = يحظر هذا المتصفح إشعارات هذا الموقع. اسمح بها في إعدادات المتصفح لهذا الموقع، ثم فعّل هذا الخيار.
push_unsupported = لا يستطيع هذا المتصفح عرض الإشعارات عند عدم فتح أي صفحة. على iPhone أو iPad، أضف هذه الصفحة إلى الشاشة الرئيسية أولًا.
push_failed = تعذّر الوصول إلى خدمة الإشعارات لدى صانع المتصفح. أعد المحاولة لاحقًا.
push_not_kept = لم يتمكّن هذا المتصفح من حفظ البرنامج الذي يحتاج إليه لإشعارك. أعد تحميل الصفحة، ثم فعّل هذا الخيار من جديد.
previews = ما تعرضه الإشعارات
previews_text = المرسِل والرسالة
previews_sender = المرسِل فقط
previews_nothing = وجود رسالة فقط
previews_scope = المفتاح لهذا المتصفح؛ أما ما تعرضه الإشعارات فيُختار لكل أجهزتك.
mute_title = كتم هذه الدردشة
mute_text = لن تصلك إشعارات برسائلها، ولن تُصدر مكالماتها صوتًا، على كل أجهزتك.
mute_8_hours = لمدة 8 ساعات
mute_a_week = لمدة أسبوع
mute_always = دائمًا
incoming_call = مكالمة واردة
new_messages =
    { $n ->
        [zero] لا رسائل جديدة
        [one] رسالة جديدة واحدة
        [two] رسالتان جديدتان
        [few] { $n } رسائل جديدة
        [many] { $n } رسالة جديدة
       *[other] { $n } رسالة جديدة
    }
unmute_now = إلغاء الكتم
unmute = إلغاء الكتم (مكتومة حتى { $until })
error_push_host = لا يعرف هذا الخادم الخدمة التي تُشعر هذا المتصفح. تواصل مع من يديره.
error_push_off = لا يرسل هذا الخادم إشعارات إلى المتصفحات. تواصل مع من يديره.

## Backups

backup = النسخ الاحتياطي
backup_text = تُحفظ دردشاتك وجهات اتصالك وإعداداتك مشفّرة على الخادم، مرة في اليوم ما دام هذا الهاتف متصلًا. لا يمكن لأحد قراءتها دون مفتاح الاسترداد، ولا حتى من يدير الخادم. ولا تشمل الصور والملفات.
make_key = إنشاء مفتاح استرداد
key_title = مفتاح الاسترداد الخاص بك
key_text = دوّن هذه الأرقام الـ64 واحفظها في مكان آمن. لن تُعرض إلا هذه المرة. ودونها لا يمكن لأحد استعادة نسختك الاحتياطية.
wrote_it_down = دوّنته
confirm_text = للتأكد، أدخل مجموعتين من أرقامه مما دوّنته.
confirm_wrong = ليس هذا ما عُرض. قارنه بما دوّنته.
show_key_again = عرضه من جديد
turn_on = تفعيل النسخ الاحتياطي
back_up_now = النسخ الآن
backup_to_file = حفظ في ملف
backup_saved = تم حفظ النسخة الاحتياطية. يفتحها مفتاح الاسترداد الخاص بها.
backup_file_name = heliograph-backup.hgb
turn_off = إيقاف
backup_off_question = إيقاف النسخ الاحتياطي؟
backup_off_text = سيحذف الخادم نسخته. إذا ضاع هذا الهاتف، ضاعت رسائلك معه.
no_backup_yet = لا توجد نسخة احتياطية بعد.
restore_title = استعادة حسابك؟
recovery_key = مفتاح الاسترداد
restore = استعادة
restore_file = استعادة من ملف
start_anew = البدء دونها
start_anew_title = البدء دون رسائلك؟
start_anew_text = سيُنشأ حساب جديد لهذا الرقم. أما حسابك القديم برسائله ومجموعاته وأجهزته المرتبطة فسيفقد الرقم، وستُبلَّغ جهات اتصالك بأن رقم الأمان الخاص بك قد تغيّر.
delete_account = حذف الحساب
delete_account_title = حذف حسابك؟
delete_account_text = سيُحذف كل شيء من هذا الهاتف، ومن كل أجهزتك المرتبطة، ومن الخادم، بما في ذلك النسخة الاحتياطية. ويحتفظ الآخرون بما كتبته إليهم. لا يمكن التراجع عن ذلك.
type_your_number = اكتب رقمك للتأكيد
restore_text = توجد نسخة احتياطية لهذا الحساب، أُنشئت { $when }. اكتب مفتاح الاسترداد الخاص بها لاستعادة رسائلك على هذا الهاتف. { $devices }
restore_from_file_text = ليست لدى الخادم نسخة احتياطية يمكن استعادتها هنا. إن كانت لديك واحدة في ملف، فاكتب مفتاح الاسترداد الخاص بها واختر الملف. { $devices }
restore_nobody_stays = سيتم تسجيل خروج الهاتف السابق.
restore_devices_stay =
    { $n ->
        [zero] سيتم تسجيل خروج الهاتف السابق. لن يبقى أي جهاز آخر مرتبطًا.
        [one] سيتم تسجيل خروج الهاتف السابق. سيبقى جهاز آخر واحد مرتبطًا: إن كنت لا تعرفه، فسجّل خروجه فورًا ضمن «الأجهزة المرتبطة».
        [two] سيتم تسجيل خروج الهاتف السابق. سيبقى جهازان آخران مرتبطين: إن كنت تعرف عددًا أقل، فسجّل فورًا خروج ما لا تعرفه ضمن «الأجهزة المرتبطة».
        [few] سيتم تسجيل خروج الهاتف السابق. ستبقى { $n } أجهزة أخرى مرتبطة: إن كنت تعرف عددًا أقل، فسجّل فورًا خروج ما لا تعرفه ضمن «الأجهزة المرتبطة».
        [many] سيتم تسجيل خروج الهاتف السابق. سيبقى { $n } جهازًا من الأجهزة الأخرى مرتبطًا: إن كنت تعرف عددًا أقل، فسجّل فورًا خروج ما لا تعرفه ضمن «الأجهزة المرتبطة».
       *[other] سيتم تسجيل خروج الهاتف السابق. سيبقى { $n } جهاز من الأجهزة الأخرى مرتبطًا: إن كنت تعرف عددًا أقل، فسجّل فورًا خروج ما لا تعرفه ضمن «الأجهزة المرتبطة».
    }
group_label = المجموعة { $n }
notice_backup_part_awaited = جزء من نسختك الاحتياطية مفقود لدى الخادم، أو تم تغييره هناك. سيُطلب من جديد لمدة ساعة تقريبًا. أبقِ هذه الصفحة مفتوحة.
notice_backup_part_lost = تعذّرت استعادة جزء من نسختك الاحتياطية. وكل ما عداه موجود هنا.
backed_up = آخر نسخ احتياطي { $when }
backing_up =
    { $total ->
        [zero] جارٍ النسخ الاحتياطي: { $done } من { $total } رسالة
        [one] جارٍ النسخ الاحتياطي: { $done } من رسالة واحدة
        [two] جارٍ النسخ الاحتياطي: { $done } من رسالتين
        [few] جارٍ النسخ الاحتياطي: { $done } من { $total } رسائل
        [many] جارٍ النسخ الاحتياطي: { $done } من { $total } رسالة
       *[other] جارٍ النسخ الاحتياطي: { $done } من { $total } رسالة
    }
backup_no_room = لا مساحة لدى الخادم لنسخة احتياطية جديدة. تواصل مع من يديره. النسخة السابقة لا تزال موجودة.
backup_too_large = هذا الحساب أكبر من أن تُنشأ له نسخة احتياطية.
backup_not_taken = لم يقبل الخادم النسخة الاحتياطية الجديدة. النسخة السابقة لا تزال موجودة.
error_recovery_key_length = يتكوّن مفتاح الاسترداد من 64 رقمًا؛ والعدد المُدخل { $digits }.
error_recovery_key_signs = يتكوّن مفتاح الاسترداد من أرقام فقط.
error_recovery_key_group = أحد أرقام المجموعة { $group } غير صحيح. قارنها بما دوّنته.
error_recovery_key_wrong = النسخة الاحتياطية لا تُفتح بمفتاح الاسترداد هذا. فهو لنسخة أخرى، أو أن النسخة قد تغيّرت.
error_backup_damaged = هذه النسخة الاحتياطية تالفة أو غير كاملة. لم يُؤخذ منها شيء.
error_backup_newer = أُنشئت هذه النسخة الاحتياطية بإصدار أحدث. أعد تحميل الصفحة ثم أعد المحاولة.
error_backup_other = هذه النسخة الاحتياطية لحساب غير الحساب الذي يؤدي إليه هذا الرقم.
error_devices_rolled_back = يذكر الخادم قائمة لأجهزتك أقدم مما تعرفه هذه النسخة الاحتياطية. لم يُستعد شيء. أبلغ من يدير الخادم.
error_still_restoring = لا تزال استعادة نسختك الاحتياطية جارية. أعد المحاولة عندما تكتمل.
error_backup_none = ليست لدى الخادم نسخة احتياطية لهذا الحساب. استعده من ملف.
error_backup_off = النسخ الاحتياطي غير مفعّل.
error_confirm_wrong = هذا ليس رقمك. لم يُحذف شيء.
error_pin_needed = اكتب رمز PIN للتسجيل الخاص بحسابك.
