## Before the pages begin

boot_open = Abrir { $link }
boot_insecure = Os navegadores só oferecem criptografia e armazenamento a páginas seguras. Abra o endereço https:// que o servidor exibiu ao iniciar; na própria máquina do servidor, http://localhost também funciona.
boot_old_browser = Falta a ele: { $missing }. Atualize-o ou use um Chrome, Edge, Firefox ou Safari atual.
boot_not_started_title = O Heliograph não iniciou
boot_not_started = Recarregue a página. Se não resolver, o servidor pode ter sido atualizado: limpe o cache desta página. Suas mensagens estão guardadas.

## The pages

app_name = Heliograph
today = Hoje
yesterday = Ontem
list_separator = ,{ " " }
draft_too_long = Este rascunho é longo demais para ser guardado. Envie-o em partes ou guarde-o em outro lugar.
draft_not_kept = Não foi possível guardar o rascunho. Envie-o ou copie-o antes de sair desta página.
mark_not_kept = Não foi possível registrar o que você leu. Abra a conversa de novo mais tarde.
not_loaded = Não foi possível carregar estas mensagens. Feche a conversa e abra-a de novo.
keys = Atalhos de teclado
keys_of_lists = Nas listas de conversas e mensagens
keys_of_composer = No campo de mensagem
waiting = Aguardando esta mensagem. Ela foi pedida a outros dispositivos.
new_message = Nova mensagem
camera_picture = Imagem da câmera
camera_refused = Esta página não tem permissão para usar a câmera. Permita nas configurações do navegador para esta página.
camera_missing = Nenhuma câmera foi encontrada ou outro programa a está usando.
opening = Abrindo suas mensagens…
reload = Recarregar
start_again = Começar de novo
other_tab_title = O Heliograph está aberto em outra aba
other_tab_text = Só uma aba por vez pode conter suas mensagens. Clique em “Usar aqui” para continuar nesta.
use_here = Usar aqui
chats_arriving = Suas conversas estão vindo do seu celular.
halted_title = O Heliograph parou
halted_text = Algo inesperado aconteceu. Suas mensagens estão guardadas. Recarregue a página para continuar.
unsent = Isto não foi enviado. Copie antes de recarregar:
for_a_report = Para relatar o problema
one_moment = Um momento…
next = Avançar
later = Mais tarde
finish = Concluir
done = Pronto
close = Fechar
cancel = Cancelar
save = Salvar
back = Voltar
try_again = Tentar de novo
unknown = desconhecida
number_title = Seu número de telefone
number_label = Número de telefone
phone_note = Esta página passa a ser o celular da sua conta: ela guarda a chave da conta e vincula seus navegadores.
code_title = Digite o código
code_label = Código de uso único
new_code = Enviar novo código
other_number = Mudar o número
pin_title = Digite seu PIN
pin_text = Este número tem uma conta protegida por um PIN de registro.
pin_label = PIN de seis dígitos
show_pin = Mostrar o PIN
hide_pin = Ocultar o PIN
choose_pin_title = Escolha um PIN
choose_pin_text = Ele impede que outras pessoas registrem seu número. Você precisará dele ao se registrar de novo e antes que um código colado vincule um dispositivo.
set_pin = Definir PIN
profile_title = Como os outros veem você
profile_text = Seu nome e sua foto são criptografados; só as pessoas com quem você conversa podem vê-los.
losing_phone = Suas mensagens e a chave da sua conta ficam no armazenamento deste navegador. Se você o limpar, elas se perdem, a menos que um dispositivo vinculado as tenha.
choose_photo = Escolher foto
your_name = Seu nome
about = Sobre
encrypted_footer = Criptografia de ponta a ponta
copy_failed = O navegador não permitiu copiar.
chats = Conversas
new_chat = Nova conversa
search_chats = Pesquisar conversas e mensagens
filter = Filtro
all = Todas
unread = Não lidas
archived = Arquivadas
marked_unread = marcada como não lida
is_pinned = fixada
muted = silenciada
unread_messages = não lidas
typing = digitando…
draft = Rascunho:
loading_chats = Carregando conversas
loading_messages = Carregando mensagens
show_all = Mostrar todas as conversas
no_chats = Suas conversas aparecerão aqui. Escreva para alguém neste servidor.
mirror_progress = Progresso da cópia
notes = Notas pessoais
notes_text = Anotações suas, em todos os seus dispositivos
you = Você
message_menu = Menu da mensagem
send_again = Não enviada. Enviar de novo
copied = Copiado
copy = Copiar
star = Favoritar
unstar = Desfavoritar
message_info = Dados da mensagem
write_message = Mensagem
send = Enviar
no_chat_open = Escolha uma conversa para ler e escrever.
phone_may_be_off = Seu celular pode ficar desligado.
no_messages = Ainda não há mensagens. Escreva a primeira.
chat_info = Dados da conversa
chat_menu = Menu da conversa
pin = Fixar no topo
unpin = Desafixar
mute = Silenciar…
mark_read = Marcar como lida
now_archived = Conversa arquivada
unarchived = Conversa desarquivada
undo = Desfazer
list_width = Largura da lista
mark_unread = Marcar como não lida
archive = Arquivar
unarchive = Desarquivar
close_chat = Fechar conversa
history_arriving = Mensagens mais antigas estão vindo do seu celular.
not_yet = ainda não
time_unknown = sim, mas este dispositivo não sabe quando
sent_at = Enviada
received = Recebida
delivered_at = Entregue
read_at = Lida
history = Histórico neste dispositivo
complete = Completo
arriving = Vindo do seu celular
devices = Dispositivos
safety_number = Número de segurança
verified = Comparado por você
not_verified = Ainda não comparado
verify = São iguais
unverify = Desfazer a comparação
scan_theirs = Escanear código
show_digits = Mostrar os dígitos
safety_scan_text = Aponte a câmera para o código que a outra pessoa vê em “Número de segurança”, na conversa com você.
safety_same = Os códigos são iguais: ninguém está interceptando a conversa. Para guardar isso, escolha “São iguais”.
safety_qr = Número de segurança em código QR
contact_name = Como você chama este contato
saved = Salvo
number_or_link = Número de telefone ou link de contato
their_name = Nome (opcional)
write_to = Abrir conversa
scan_a_code = Escanear código
scan_any_text = Aponte a câmera para o código de um navegador que você quer vincular ou para o código de contato de alguém.
scan_instead = Sem câmera: vincule um navegador em “Dispositivos vinculados” ou adicione uma pessoa em “Nova conversa”.
scan_contact = Escanear o código QR de um contato
my_code = Meu código de contato
my_code_short = Meu código
my_code_text = Quem escanear este código ou abrir o link poderá escrever para você.
copy_link = Copiar link de contato
contacts = Contatos
no_contacts = Quem você adicionar aparecerá aqui: por número, link ou código, ou a partir dos dados de uma conversa.
no_contact_fits = Nenhum contato tem esse nome ou número.
linked_devices = Dispositivos vinculados
devices_text_phone = Até oito navegadores e terminais podem espelhar esta conta. Depois que estiverem vinculados, seu celular pode ficar desligado.
devices_text = Todos os dispositivos da sua conta. É no celular que você vincula novos e desconecta os outros.
link_a_device = Vincular dispositivo
no_devices = Nenhum dispositivo vinculado ainda.
log_out = Desconectar
log_out_all = Desconectar todos os dispositivos
log_out_all_question = Desconectar todos os dispositivos vinculados? As mensagens serão removidas deles.
log_out_here_question = Desconectar este navegador? Suas mensagens serão removidas dele, mas continuarão no seu celular.
this_device = Este dispositivo
online_now = Online agora
never_seen = Ainda não visto
seen_unknown = Sem conexão, não dá para saber
settings = Ajustes
change_pin = Mudar o PIN de registro
set_a_pin = Definir um PIN de registro
remove_pin = Remover PIN
notifications = Notificações
allow_notifications = Permitir notificações
appearance = Aparência
theme = Tema
automatic = Automático
light = Claro
dark = Escuro
direction = Sentido da escrita
ltr = Da esquerda para a direita
rtl = Da direita para a esquerda
enter_sends = Enter envia a mensagem
read_receipts = Confirmações de leitura
sounds = Som para novas mensagens
your_profile = Seu perfil
offline = Sem conexão. O que você escrever será enviado depois.
try_now = Tentar agora
catching_up = Atualizando…
new_version = Uma nova versão está pronta.
part_coming = Carregando…
part_missing_title = Não foi possível carregar
part_missing = Não foi possível carregar isto. Tente de novo quando tiver conexão.
part_gone = Uma nova versão está pronta. Recarregue para abrir isto.
skip_to_chats = Ir para as conversas
skip_to_composer = Ir para o campo de mensagem
skips = Links de atalho
conversation = Conversa
sections = Seções
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
line_encrypted = As mensagens aqui são protegidas com criptografia de ponta a ponta. Ninguém fora desta conversa pode lê-las, nem mesmo o servidor.
line_safety_number_changed = Seu número de segurança com { $who } mudou. Talvez seja só um celular novo; compare-o se for importante.
line_devices_changed =
    { $n ->
        [one] { $who } agora usa { $n } dispositivo.
       *[other] { $who } agora usa { $n } dispositivos.
    }
line_history_differs = Os membros desta conversa veem históricos diferentes. O servidor não é confiável.
line_unknown_device = Um dispositivo nesta conversa não está na lista assinada por seu dono. Nada será enviado até que ele seja removido.
line_own_device_linked = Você vinculou um dispositivo: { $device }.
line_own_device_unlinked = Um dispositivo foi desconectado: { $device }.
may_be_missing_before = Podem faltar mensagens anteriores a { $to }. Este dispositivo ficou ausente por mais tempo do que o servidor as guarda.
may_be_missing_of = Podem faltar mensagens de { $day }. Este dispositivo ficou ausente por mais tempo do que o servidor as guarda.
may_be_missing_between = Podem faltar mensagens de { $from } a { $to }. Este dispositivo ficou ausente por mais tempo do que o servidor as guarda.
status_failed = Não enviada
status_pending = Aguardando envio
this_server = Este servidor
number_text = { $server } envia um código para confirmar que o número é seu.
number_text_foreign = { $server } envia um código para confirmar que o número é seu. Escreva o número com o código do país.
code_text = Um código de { $length } dígitos foi enviado para { $number }. Se esse não for o seu número, mude-o. Em um servidor próprio, o código aparece no console do servidor.
new_code_in = Novo código em { $wait }
nothing_found_for = Nenhuma conversa ou mensagem encontrada para “{ $typed }”.
all_is_read = Você leu tudo.
archive_is_empty = Nenhuma conversa arquivada.
menu_of = Menu de { $chat }
messages_with = Mensagens com { $who }
to_bottom = Ir para a mensagem mais recente
to_bottom_unread =
    { $n ->
        [one] Ir para a mensagem mais recente, { $n } mensagem não lida
       *[other] Ir para a mensagem mais recente, { $n } mensagens não lidas
    }
history_back_to = Completo desde: { $when }. Mensagens mais antigas ainda podem vir dos seus outros dispositivos.
complete_back_to = Completo desde: { $when }; o resto ainda pode vir
safety_text = Compare estes dígitos, ou o código, com o que { $who } vê. Se forem iguais, ninguém está interceptando a conversa.
safety_differs = Os códigos são diferentes. Confirme se { $who } está mostrando o código da conversa com você; se estiver, alguém pode estar interceptando a conversa. Não escreva nada que outros não devam ler e avise quem administra o servidor.
mirror_waits = Aguardando seu celular. Abra o Heliograph nele para continuar.
mirror_joins = Entrando nas suas conversas: { $done } de { $total }
mirror = Copiando: { $progress }
handed_over =
    { $n ->
        [one] { $done } de { $total } mensagem
       *[other] { $done } de { $total } mensagens
    }
log_out_question = Desconectar { $device }? Suas mensagens serão removidas do dispositivo agora mesmo ou na próxima conexão dele.
last_seen = Visto por último: { $when }
linked_at = Vinculado: { $when }
day_and_time = { $day }, { $time }
moment_today = hoje
moment_today_at = hoje às { $time }
moment_yesterday = ontem
moment_yesterday_at = ontem às { $time }
moment_weekday = { $day }
moment_weekday_at = { $day } às { $time }
moment_date = { $day }
moment_date_at = { $day } às { $time }
unread_messages_of =
    { $n ->
        [one] { $n } mensagem não lida
       *[other] { $n } mensagens não lidas
    }
devices_of =
    { $n ->
        [one] { $n } dispositivo
       *[other] { $n } dispositivos
    }
key_through_list = Percorrer a lista
key_to_ends = Ir ao primeiro item, ao último
key_open = Abrir a conversa ou o que foi encontrado
key_menu = Menu
key_reply = Responder à mensagem
key_copy = Copiar a mensagem
key_star = Favoritar ou desfavoritar a mensagem
key_edit = Editar a mensagem
key_forward = Encaminhar a mensagem
key_delete = Apagar a mensagem
key_select = Durante a seleção: marcar ou desmarcar esta mensagem
key_select_to = Durante a seleção: marcar todas até esta mensagem
key_send = Enviar
key_line = Nova linha
key_edit_last = Editar a última mensagem, com o campo vazio
language = Idioma
language_later = O idioma muda na próxima vez que esta página for aberta.
page_key_help = Esta ajuda
page_key_search_in_chat = Pesquisar na conversa aberta
page_key_next_chat = Próxima conversa
page_key_previous_chat = Conversa anterior
page_key_next_unread = Próxima conversa não lida
page_key_previous_unread = Conversa não lida anterior
page_key_next_landmark = Próxima parte da página
page_key_previous_landmark = Parte anterior da página
page_key_archive = Arquivar ou desarquivar
page_key_mute = Silenciar a conversa aberta
page_key_pin = Fixar a conversa aberta
page_key_mark_unread = Marcar como não lida ou como lida
page_key_close = Fechar o que está por cima

## Troubles

error_number_invalid = Isto não é um número de telefone. Confira os dígitos e, se houver, o código do país, como em +12 345 678 900.
error_number_without_country = Escreva este número com o sinal de mais e o código do país, como em +12 345 678 900.
error_number_unknown = Ninguém neste servidor tem esse número. Confira-o ou convide a pessoa.
error_code_expired = Este código não é mais válido. Peça um novo.
error_pin_invalid = Um PIN tem seis dígitos.
error_registration_closed = Este servidor não aceita novas contas. Fale com quem o administra.
error_invite_needed = Este servidor só aceita novas contas por convite. Abra o link que você recebeu ou fale com quem administra o servidor.
error_invite_used = Este convite já foi usado. Peça outro a quem administra este servidor.
error_invite_expired = Este convite não é mais válido. Peça outro a quem administra este servidor.
error_invite_unknown = Este servidor não conhece este convite. Abra de novo o link inteiro.
error_photo_invalid = Não foi possível usar esta imagem. Escolha outra.
error_text_empty = Não há nada para enviar.
error_text_too_long = Esta mensagem é longa demais. Envie-a em partes.
error_too_late = É tarde demais para isso: esta mensagem não pode mais ser alterada para os outros.
error_reaction_invalid = Uma reação é um único emoji.
error_other_account = Este número agora pertence a outra conta, por isso sua mensagem não foi enviada. Se for para quem tem o número agora, envie de novo.
error_code_not_ours = Este não é um código do Heliograph. Escaneie o código que seu navegador mostra no endereço do seu servidor.
error_code_other_kind = Este é um código do Heliograph de outro tipo: códigos de contato servem para adicionar contatos; códigos de vinculação, em “Dispositivos vinculados”.
error_code_other_version = Este código foi criado por outra versão do Heliograph. Recarregue as duas páginas.
error_code_damaged = Este código está incompleto. Copie-o ou escaneie-o de novo.
error_code_other_server = Este código pertence a outro servidor. Abra a página do seu próprio servidor.
error_digits_invalid = Digite os quatro dígitos que o celular mostra.
error_only_phone = Só o celular pode fazer isso.
error_offline = Isto precisa de uma conexão com o servidor. Tente de novo quando tiver conexão.
error_server_failed = O servidor respondeu com um erro. Tente de novo mais tarde.
error_not_found = Isto não está mais aqui.
error_not_now = Isto não é possível agora.
error_storage_full = O armazenamento está cheio. Libere espaço; nada se perdeu.
error_internal = Algo inesperado aconteceu. Recarregue a página; nada se perdeu.
error_code_wrong_too_often = O código foi digitado errado vezes demais. Peça um novo.
error_code_wrong =
    { $tries ->
        [one] O código está errado. Resta { $tries } tentativa.
       *[other] O código está errado. Restam { $tries } tentativas.
    }
error_pin_wrong =
    { $tries ->
        [0] O PIN está errado. Não restam tentativas.
        [one] O PIN está errado. Resta { $tries } tentativa.
       *[other] O PIN está errado. Restam { $tries } tentativas.
    }
error_too_many = Tentativas demais. Aguarde { $wait } e tente de novo.
error_code_not_sent = Não foi possível enviar o código. Tente de novo em { $wait } ou fale com quem administra este servidor.
error_name_invalid = Um nome tem de 1 a { $max } caracteres.
error_about_too_long = Este texto tem no máximo { $max } caracteres.
error_search_invalid = Uma pesquisa tem de 1 a { $max } caracteres.
unsupported_insecure_context_title = Esta página precisa de HTTPS
unsupported_insecure_context = Abra o endereço https:// que o servidor exibiu ou http://localhost na mesma máquina.
unsupported_no_storage_title = Não há onde guardar mensagens aqui
unsupported_no_storage = O Heliograph guarda suas mensagens neste dispositivo, em um armazenamento que janelas privadas, dados de sites bloqueados e alguns navegadores antigos não oferecem. Abra esta página em uma janela normal e permita que ela guarde dados.
unsupported_old_browser_title = Este navegador é antigo demais
unsupported_old_browser = Falta a ele: { $missing }. Atualize-o ou use um navegador atual.
unsupported_newer_database_title = Suas mensagens foram guardadas por uma versão mais nova
unsupported_newer_database = Esta página é mais antiga do que a que as gravou. Recarregue-a; se não resolver, peça a quem administra o servidor que o atualize. Nada foi alterado.
unsupported_storage_full_title = O armazenamento está cheio
unsupported_storage_full = O disco, ou o espaço que o navegador permite a esta página, acabou. Libere espaço e recarregue para continuar. Suas mensagens estão guardadas.
unsupported_server_version_title = Há uma nova versão
unsupported_server_version = O Heliograph foi atualizado, e esta página é de outra versão. Recarregue-a para continuar; nada se perde.
logged_out_by_user_title = Navegador desconectado
logged_out_by_user = Suas mensagens foram removidas deste navegador. Elas continuam no seu celular.
logged_out_remotely_title = Este dispositivo foi desconectado
logged_out_remotely = Seu celular, ou outro dispositivo seu, o desconectou. Suas mensagens foram removidas daqui; elas continuam no seu celular.
logged_out_number_moved_title = Seu número foi registrado em outro celular
logged_out_number_moved = Este dispositivo não pertence mais a ele, e as mensagens foram removidas. Se não foi você, registre seu número de novo e defina um PIN.
notice_device_linked = { $device } foi vinculado à sua conta. Se não foi você, desconecte-o em “Dispositivos vinculados”.
notice_device_linked_yesterday = Lembrete: { $device } foi vinculado à sua conta ontem. Se não foi você, desconecte-o.
notice_device_unlinked = { $device } foi desconectado.
notice_pin_changed = Seu PIN de registro foi mudado.
notice_server_restored = O servidor foi restaurado de um backup. O que ele perdeu está sendo enviado de novo.
notice_storage_rolled_back = O armazenamento deste dispositivo voltou a um estado mais antigo. Ele está se reparando.
notice_storage_not_persistent = O navegador pode limpar o armazenamento desta página quando faltar espaço. Instalar o app evita isso.
notice_server_not_trusted = O servidor entregou algo que não passou na verificação ({ $what }). Nada disso foi aceito.

## Linking

link_title = Vincule este navegador ao seu celular
link_qr_label = Código QR para vincular
copy_code = Sem câmera? Copie o texto deste código
code_copied = Copiado. Cole no seu celular
reload_code = Mostrar um novo código
no_phone_yet = Ainda não tem uma conta?
open_phone = Abrir o Heliograph como celular
digits_title = Digite os dígitos que seu celular mostra
digits_label = Quatro dígitos
checking = Verificando…
certifying = Seu celular está certificando este navegador…
opening_overview = Suas conversas estão chegando…
linked_title = Vinculado
link_progress = Progresso da vinculação
link_progress_text = Mantenha o Heliograph aberto no celular até suas conversas aparecerem.
fetching = Verificando o código…
finishing = Vinculando. Mantenha esta página aberta…
linked_text = Suas conversas estão sendo transferidas. Mantenha esta página aberta até terminar.
all_handed_over = Tudo já saiu deste celular. Quando o outro dispositivo mostrar todas as suas conversas, o celular poderá ficar desligado.
handing_over = Quanto já foi transferido
scan_text = Abra o Heliograph no navegador que você quer vincular e aponte a câmera para o código que aparece lá.
paste_warning = Cole apenas um código copiado por você no seu próprio navegador. Ninguém mais tem motivo para lhe enviar um: quem envia quer ler suas mensagens.
paste_label = Texto do código
no_camera = Sem câmera? Cole o texto do código
use_camera = Usar a câmera
confirm_title = Vincular este dispositivo?
confirm_warning = Este dispositivo poderá ler todas as suas mensagens e escrever em seu nome.
confirm_pasted = Este código foi colado. Se alguém o enviou para você, cancele agora.
browser = Dispositivo
network = Rede
other_network = { " " }– não é a rede deste celular
link_this = Vincular este dispositivo
type_these = Digite estes dígitos no navegador
type_these_text = Somente em um navegador que esteja à sua frente. Nunca os diga a ninguém.
link_step_open = Abra o Heliograph no seu celular
link_step_tap = Toque em “Dispositivos” e depois em “Vincular dispositivo”
link_step_point = Aponte a câmera do celular para este código
digits_text = Este navegador será vinculado à conta de { $name }.
digits_text_nameless = Eles mostram que é o seu próprio celular que vincula este navegador.
digits_wrong =
    { $tries ->
        [0] Os dígitos estavam errados. Não restam tentativas.
        [one] Os dígitos estavam errados. Resta { $tries } tentativa.
       *[other] Os dígitos estavam errados. Restam { $tries } tentativas.
    }
digit_label = Dígito { $n } de 4
link_in = Vincular este dispositivo em { $wait }
on_system = { $browser } no { $system }
linked = { $device } está vinculado
link_failed_expired = Este código expirou
link_failed_expired_text = Os códigos duram um minuto. Escaneie o que o navegador mostra agora.
link_failed_tampered = A vinculação foi interrompida para sua segurança
link_failed_tampered_text = O que o servidor entregou não corresponde ao código. Alguém pode estar interferindo. Não tente de novo nesta rede; avise quem administra o servidor.
link_failed_other_server = Este código pertence a outro servidor
link_failed_other_server_text = Abra a página do servidor em que está sua conta e escaneie o código lá.
link_failed_digits_wrong = Os dígitos estavam errados três vezes
link_failed_digits_wrong_text = Nada foi vinculado. Comece de novo e digite os dígitos que o celular mostra.
link_failed_cancelled_on_phone = Cancelado no celular
link_failed_nothing = Nada foi vinculado.
link_failed_cancelled_on_device = Cancelado no outro dispositivo
link_failed_other_side_gone = O outro dispositivo parou de responder
link_failed_other_side_gone_text = Nada foi vinculado. Mantenha as duas páginas abertas e comece de novo.
link_failed_not_confirmed = Vinculado, mas o dispositivo parou de responder
link_failed_not_confirmed_text = Ele está na sua lista de dispositivos vinculados. Se não mostrar suas conversas, desconecte-o ali e vincule-o de novo.
link_failed_too_many_devices = Já há oito dispositivos vinculados
link_failed_too_many_devices_text = Desconecte um deles em “Dispositivos vinculados” e comece de novo.
link_failed_offline = Sem conexão
link_failed_offline_text = Para vincular, os dois dispositivos precisam do servidor. Verifique a rede e tente de novo.
link_failed_devices_changed = Seus dispositivos mudaram nesse meio-tempo
link_failed_devices_changed_text = Outro foi vinculado ou desconectado. Escaneie o código de novo.
link_failed_server_failed = O servidor não conseguiu
link_failed_server_failed_text = Tente de novo daqui a pouco. Se acontecer outra vez, avise quem administra o servidor.

## Messages

waiting_short = Aguardando esta mensagem
newer = Esta mensagem foi enviada por uma versão mais nova. Atualize para vê-la.
a_message = Uma mensagem
not_here = A mensagem original não está neste dispositivo
pin_message = Fixar para todos
unpin_message = Desafixar para todos
pinned_message = Mensagem fixada:
read_by = Lida por
delivered_to = Entregue a
not_delivered_to = Ainda não entregue a
edited = Editada
reply = Responder
react = Reagir
more_emoji = Outro emoji
reactions_title = Reações
take_back = Retirar
edit = Editar
edit_message = Editar mensagem
edit_too_late = Esta mensagem não pode mais ser editada: os 15 minutos já passaram. Seu texto continua aqui; copie-o para enviar de novo.
stop_reply = Não responder
stop_edit = Parar de editar
delete = Apagar
for_everyone = Apagar para todos
for_me = Apagar para mim
delete_unsent = Ela ainda não foi enviada. Ninguém vai recebê-la.
delete_for_me_text = Ela será apagada de todos os seus dispositivos. Os outros continuam com ela.
delete_note_text = Ela será apagada de todos os seus dispositivos.
delete_any_text = Para todos: os outros veem que havia uma mensagem. Para mim: ela é apagada dos seus dispositivos, e os outros continuam com ela.
delete_all_unsent = Elas ainda não foram enviadas. Ninguém vai recebê-las.
delete_all_for_me_text = Elas serão apagadas de todos os seus dispositivos. Os outros continuam com elas.
delete_all_notes_text = Elas serão apagadas de todos os seus dispositivos.
delete_all_any_text = Para todos: os outros veem que havia mensagens. Para mim: elas são apagadas dos seus dispositivos, e os outros continuam com elas.
deleted_by_me = Você apagou esta mensagem
was_deleted = Esta mensagem foi apagada
answering = em resposta a { $who }: { $text }
reactions =
    { $n ->
        [one] { $which }, { $n } reação
       *[other] { $which }, { $n } reações
    }
delete_one_title = Apagar mensagem?
delete_title =
    { $n ->
        [one] Apagar { $n } mensagem?
       *[other] Apagar { $n } mensagens?
    }
one_deleted_for_me = Mensagem apagada para você
deleted_for_me =
    { $n ->
        [one] { $n } mensagem apagada para você
       *[other] { $n } mensagens apagadas para você
    }
emoji_hint_mac = Digite ou cole um. ⌃⌘Espaço abre o seletor do seu Mac.
emoji_hint_other = Digite ou cole um. Seu sistema tem um seletor: no Windows, ele abre com Win+ponto; no celular, fica no teclado.

## Disappearing messages

disappearing_title = Mensagens temporárias
disappearing_in_new_chats = Mensagens temporárias em novas conversas
disappearing_in_new_chats_text = Para as conversas que você começar e os grupos que criar. Os outros veem isso na conversa, e lá é possível mudar.
disappearing_entry = Mensagens temporárias…
disappearing_text = As novas mensagens desta conversa somem dos dispositivos de todos depois desse tempo, contado a partir do envio, junto com os arquivos; as favoritas também. O que já está aqui permanece. Mesmo assim, alguém pode ter copiado o que leu ou usar uma versão mais antiga que guarda tudo.
disappearing_off = As mensagens agora permanecem
disappears_at = Desaparece
disappeared = Esta mensagem desapareceu
disappears = temporária
disappearing_choice_off = Desativadas
disappearing_choice_day = 24 horas
disappearing_choice_week = 7 dias
disappearing_choice_ninety_days = 90 dias
disappear_after =
    { $after ->
        [day] As mensagens desaparecem após 24 horas
        [week] As mensagens desaparecem após 7 dias
       *[ninety_days] As mensagens desaparecem após 90 dias
    }
line_disappearing_off =
    { $who ->
        [me] Você desativou as mensagens temporárias
       *[other] { $by } desativou as mensagens temporárias
    }
line_disappearing_day =
    { $who ->
        [me] Você ativou as mensagens temporárias: elas desaparecem após 24 horas
       *[other] { $by } ativou as mensagens temporárias: elas desaparecem após 24 horas
    }
line_disappearing_week =
    { $who ->
        [me] Você ativou as mensagens temporárias: elas desaparecem após 7 dias
       *[other] { $by } ativou as mensagens temporárias: elas desaparecem após 7 dias
    }
line_disappearing_ninety_days =
    { $who ->
        [me] Você ativou as mensagens temporárias: elas desaparecem após 90 dias
       *[other] { $by } ativou as mensagens temporárias: elas desaparecem após 90 dias
    }

## Files

record = Gravar mensagem de voz
voice_note = Mensagem de voz
drop_recording = Descartar
pause_recording = Pausar
go_on_recording = Continuar gravando
nothing_recorded = Nada foi gravado. O microfone ainda está conectado?
microphone_refused = Esta página não tem permissão para usar o microfone. Permita nas configurações do navegador para esta página.
microphone_missing = Nenhum microfone foi encontrado ou outro programa o está usando.
attach = Anexar
photos_and_videos = Fotos e vídeos
document = Documento
drop_here = Solte arquivos aqui para enviá-los
caption = Legenda
quality = Fotos
quality_standard = Padrão
quality_hd = HD
quality_as_is = Como documentos
quality_note = As fotos são reduzidas e vão sem o local em que foram tiradas.
quality_as_is_note = As fotos vão como estão, com tudo o que a câmera gravou nelas, inclusive o local.
film_note = Os vídeos vão como estão, com tudo o que a câmera gravou neles, inclusive o local.
cannot_show = Esta imagem não pode ser exibida aqui, mas pode ser salva.
cannot_play = Isto não pode ser reproduzido aqui, mas pode ser salvo.
save_as = Salvar como…
viewer = Fotos e vídeos desta conversa
next_media = Próxima
previous_media = Anterior
zoom_in = Ampliar
zoom_out = Reduzir
position = Posição
kind_photo = Foto
kind_video = Vídeo
kind_audio = Áudio
kind_voice = Mensagem de voz
kind_document = Documento
file_too_large = Um arquivo tem no máximo { $size }. Envie-o em partes.
files_on_their_way = Já há { $max } arquivos a caminho. Espere até que alguns cheguem.
file_not_read = Não foi possível ler este arquivo. Escolha-o de novo.
file_stopped = Interrompido
file_gone = O servidor não tem mais este arquivo. Peça-o a quem o enviou.
file_damaged = O que chegou não é o que foi enviado, por isso não é mostrado.
file_no_room_here = Não há espaço neste dispositivo. Libere espaço e tente de novo.
file_no_room_there = O servidor não tem espaço para este arquivo agora. Tente de novo mais tarde.
file_too_large_there = O servidor não aceita arquivos tão grandes quanto este.
file_own_unreadable = Não foi mais possível ler o arquivo. Escolha-o de novo.
file_cannot_be_read = Não é possível ler este arquivo.
stop_sending_file =
    { $what ->
        [named] Parar de enviar { $name }
        [photo] Parar de enviar a foto
        [video] Parar de enviar o vídeo
        [audio] Parar de enviar o áudio
        [voice] Parar de enviar a mensagem de voz
       *[document] Parar de enviar o documento
    }
stop_downloading_file =
    { $what ->
        [named] Parar de baixar { $name }
        [photo] Parar de baixar a foto
        [video] Parar de baixar o vídeo
        [audio] Parar de baixar o áudio
        [voice] Parar de baixar a mensagem de voz
       *[document] Parar de baixar o documento
    }
download =
    { $what ->
        [named] Baixar { $name }, { $size }
        [photo] Baixar foto, { $size }
        [video] Baixar vídeo, { $size }
        [audio] Baixar áudio, { $size }
        [voice] Baixar mensagem de voz, { $size }
       *[document] Baixar documento, { $size }
    }
save_file =
    { $what ->
        [named] Salvar { $name }
        [photo] Salvar foto
        [video] Salvar vídeo
        [audio] Salvar áudio
        [voice] Salvar mensagem de voz
       *[document] Salvar documento
    }
open_media =
    { $what ->
        [named] Abrir { $name }
        [photo] Abrir foto
        [video] Reproduzir vídeo
        [audio] Abrir áudio
        [voice] Abrir mensagem de voz
       *[document] Abrir documento
    }
play =
    { $what ->
        [photo] Reproduzir foto
        [video] Reproduzir vídeo
        [audio] Reproduzir áudio
        [voice] Reproduzir mensagem de voz
       *[document] Reproduzir documento
    }
pause_media =
    { $what ->
        [photo] Pausar foto
        [video] Pausar vídeo
        [audio] Pausar áudio
        [voice] Pausar mensagem de voz
       *[document] Pausar documento
    }
speed = Velocidade: { $speed } vezes
send_files =
    { $n ->
        [one] Enviar este arquivo?
       *[other] Enviar { $n } arquivos?
    }
preparing = Preparando { $n } de { $of }…
too_many_files = O máximo é de { $max } arquivos por vez. Os primeiros { $max } estão aqui.
remove_file = Remover { $name }
file_unreadable = Não foi possível ler { $name }, e o arquivo não foi enviado. Escolha-o de novo.
not_made_smaller = Este navegador não consegue reduzir { $name }, por isso a foto não foi enviada. Como documento, ela vai como está.
file_refused = { $name } não foi enviado. { $why }
place_in = { $at } de { $all }
file_being_sent = em envio
file_not_downloaded = não baixado
file_being_downloaded = sendo baixado
in_viewer = { $at } de { $of }

## Editing of photos

edit_photo_title = Editar foto
edited_photo = A foto como será enviada
turn = Girar
mirror_photo = Espelhar
crop = Recortar
draw = Desenhar
cut_here = Cortar
square = Quadrado
move_frame = O que fica na foto. Mova com as teclas de seta.
colour = Cor
width = Traço
thin = Fino
thick = Grosso
use_photo = Usar
not_edited = Não é possível editar esta foto aqui.
edit_photo = Editar { $name }
corner_top_left = Canto superior esquerdo. Mova com as teclas de seta.
corner_top_right = Canto superior direito. Mova com as teclas de seta.
corner_bottom_left = Canto inferior esquerdo. Mova com as teclas de seta.
corner_bottom_right = Canto inferior direito. Mova com as teclas de seta.
colour_white = Branco
colour_black = Preto
colour_red = Vermelho
colour_yellow = Amarelo
colour_blue = Azul

## Emoji

emoji_label = Emoji
search_emoji = Pesquisar emojis
skin_tone = Tom de pele
emoji_groups = Categorias de emojis
no_emoji_found = Nenhum emoji com esse nome.
show_emoji = Emojis
emoji_group_faces = Rostos e emoções
emoji_group_people = Pessoas
emoji_group_nature = Animais e natureza
emoji_group_food = Comidas e bebidas
emoji_group_travel = Viagens e lugares
emoji_group_activities = Atividades
emoji_group_things = Objetos
emoji_group_symbols = Símbolos
emoji_group_flags = Bandeiras
emoji_group_last = Recentes

## Searching

carried = Mídia, arquivos e links
carried_pictures = Fotos e vídeos
carried_files = Arquivos
carried_links = Links
nothing_carried = Nada desse tipo foi enviado aqui ainda
messages_found = Mensagens
searching = Pesquisando…
nothing_found = Nenhuma mensagem encontrada
show_more = Mostrar mais
found_full = Há mais resultados: adicione uma palavra para vê-los
you_said = Você:{ " " }
search_in_chat = Pesquisar nesta conversa
search_in_chat_text = Digite palavras da mensagem ou escolha quem a enviou, o que ela contém ou de que dias ela é.
search_messages = Pesquisar mensagens
filter_messages = Filtrar mensagens
sender = Remetente
anybody = Qualquer pessoa
kind = Tipo
any_kind = Tudo
from_day = De
to_day = Até
starred_messages = Mensagens favoritas
no_stars = As mensagens que você favoritar aparecerão aqui. Para favoritar uma, abra o menu dela e escolha “Favoritar”, ou pressione S com a mensagem em foco.
select = Selecionar
is_selected = Selecionada
selection = Mensagens selecionadas
stop_selecting = Cancelar seleção
chosen_full = É possível selecionar no máximo 100 mensagens.
forward = Encaminhar
forwarded = Encaminhada
search_recipients = Pesquisar para quem enviar
forward_full = São 5 conversas: o máximo por vez.
forward_none = Nenhuma conversa tem esse nome ou número.
is_starred = Favorita
forward_invalid = Só textos podem ser encaminhados: de 1 a { $messages }, para 1 a { $chats } conversas.
found =
    { $n ->
        [one] { $n } mensagem encontrada
       *[other] { $n } mensagens encontradas
    }
more_found = Mais de { $n } mensagens encontradas
not_indexed = Indexando mensagens mais antigas; restantes: { $n }
selected =
    { $n ->
        [one] { $n } selecionada
       *[other] { $n } selecionadas
    }
starred =
    { $n ->
        [one] { $n } mensagem favoritada
       *[other] { $n } mensagens favoritadas
    }
no_longer_starred =
    { $n ->
        [one] { $n } mensagem desfavoritada
       *[other] { $n } mensagens desfavoritadas
    }
forward_title =
    { $n ->
        [one] Encaminhar mensagem
       *[other] Encaminhar { $n } mensagens
    }
forward_to = Para { $chats }
forwarded_to = Encaminhada para { $chat }
forwarded_to_chats =
    { $n ->
        [one] Encaminhada para { $n } conversa
       *[other] Encaminhada para { $n } conversas
    }

## Naming people

named_here = Mencionaram você
offered_people = Pessoas e emojis
everybody_text = Todos do grupo
to_named = Ir para onde mencionaram você

## People and places

people = Contato
people_title = Enviar contatos
people_search = Pesquisar seus contatos
card_write = Conversar
card_save = Salvar contato
place_title = Enviar localização
place_here = Usar minha localização
place_looking = Consultando este dispositivo…
place_name = O que há lá (opcional)
degrees = Latitude, longitude
degrees_invalid = Digite dois números: graus norte e depois graus leste. Um mapa os mostra como 52.52000, 13.40500.
open_map = Abrir no OpenStreetMap
cards_invalid = Escolha de 1 a 10 pessoas, cada uma com nome e número.
place_invalid = Esse lugar não existe na Terra.
a_place = Localização
people_full = Cabem no máximo { $most } pessoas em uma mensagem.
place_denied = Esta página não pode consultar sua localização. Permita nas configurações do navegador para esta página ou digite os graus.
place_unknown = Este dispositivo não sabe onde está. Digite os graus.
accuracy = precisão de { $metres } m

## Polls

poll_title = Criar enquete
question = Pergunta
answers = Respostas
several_answers = Permitir várias respostas
send_poll = Enviar enquete
choose_one = Escolha uma
choose_several = Escolha uma ou mais
show_votes = Mostrar votos
no_votes = Ninguém votou ainda.
poll_invalid = Uma enquete precisa de uma pergunta e de 2 a 12 respostas diferentes.
a_poll = Enquete
answer_label = Resposta { $n }
votes =
    { $n ->
        [0] nenhum voto
        [one] { $n } voto
       *[other] { $n } votos
    }
poll = Enquete: { $question }. { $answers }

## Groups

somebody = Alguém
new_group = Novo grupo
group_name = Nome do grupo
create_group = Criar grupo
choose_members = Quem participa
search_contacts = Pesquisar contatos
no_contact_left = Todos os seus contatos já estão neste grupo.
add_members = Adicionar membros
add = Adicionar
admin = Admin
make_admin = Tornar admin
withdraw_admin = Remover como admin
remove_from_group = Remover do grupo
message_member = Enviar mensagem
remove = Remover
leave_group = Sair do grupo
leave = Sair
leave_text = Você não receberá mais as mensagens deste grupo. O que foi dito continua nos seus dispositivos. Só um admin pode trazer você de volta.
not_in_group = Você não está mais neste grupo.
group_line_created =
    { $who ->
        [me] Você criou este grupo
       *[other] { $by } criou este grupo
    }
group_line_added =
    { $who ->
        [me] Você adicionou { $whom }
       *[other] { $by } adicionou { $whom }
    }
group_line_added_you = { $by } adicionou você
group_line_removed =
    { $who ->
        [me] Você removeu { $whom }
       *[other] { $by } removeu { $whom }
    }
group_line_removed_you = { $by } removeu você
group_line_joined =
    { $who ->
        [me] Você entrou
        [one] { $names } entrou
       *[many] { $names } entraram
    }
group_line_gone =
    { $who ->
        [me] Você não está mais neste grupo
        [one] { $names } não está mais neste grupo
       *[many] { $names } não estão mais neste grupo
    }
group_line_left =
    { $who ->
        [me] Você saiu
       *[other] { $by } saiu
    }
group_line_admins_made =
    { $who ->
        [me] Agora você é admin
        [one] { $names } agora é admin
       *[many] { $names } agora são admins
    }
group_line_admins_withdrawn =
    { $who ->
        [me] Você não é mais admin
        [one] { $names } não é mais admin
       *[many] { $names } não são mais admins
    }
group_line_renamed =
    { $who ->
        [me] Você deu a este grupo o nome “{ $name }”
       *[other] { $by } deu a este grupo o nome “{ $name }”
    }
group_line_pinned =
    { $who ->
        [me] Você fixou uma mensagem
       *[other] { $by } fixou uma mensagem
    }
listed_you = você
listed_somebody = alguém
listed_you_object = você
listed_somebody_object = alguém
listed_and = { $others } e { $last }
group_too_large = Um grupo tem no máximo { $max } pessoas.
group_last_admin = Só você é admin deste grupo. Torne outra pessoa admin primeiro.
group_only_admins = Só admins deste grupo podem fazer isso.
members =
    { $n ->
        [one] { $n } membro
       *[other] { $n } membros
    }
remove_member = Remover { $name } de “{ $group }”?
leave_title = Sair de “{ $group }”?

## What members may

description = Descrição
add_description = Adicionar descrição
change_description = Mudar a descrição
description_too_long = Esta descrição é longa demais.
add_group_photo = Adicionar foto
change_group_photo = Mudar a foto
remove_group_photo = Remover a foto
who_may = Permissões do grupo
who_may_text = Adicionar e remover pessoas cabe sempre aos admins.
everybody_sends = Todos podem enviar mensagens
everybody_edits = Todos podem mudar nome, foto e descrição
only_admins_send = Só admins podem enviar mensagens
in_common = Grupos em comum
group_line_described =
    { $who ->
        [me] Você mudou a descrição do grupo
       *[other] { $by } mudou a descrição do grupo
    }
group_line_description_removed =
    { $who ->
        [me] Você removeu a descrição do grupo
       *[other] { $by } removeu a descrição do grupo
    }
group_line_photo_changed =
    { $who ->
        [me] Você mudou a foto do grupo
       *[other] { $by } mudou a foto do grupo
    }
group_line_photo_removed =
    { $who ->
        [me] Você removeu a foto do grupo
       *[other] { $by } removeu a foto do grupo
    }
group_line_admins_send =
    { $who ->
        [me] Você definiu que, a partir de agora, só admins enviam mensagens
       *[other] { $by } definiu que, a partir de agora, só admins enviam mensagens
    }
group_line_everybody_sends =
    { $who ->
        [me] Você definiu que, a partir de agora, todos podem enviar mensagens
       *[other] { $by } definiu que, a partir de agora, todos podem enviar mensagens
    }
group_line_admins_edit =
    { $who ->
        [me] Você definiu que, a partir de agora, só admins mudam nome, foto e descrição
       *[other] { $by } definiu que, a partir de agora, só admins mudam nome, foto e descrição
    }
group_line_everybody_edits =
    { $who ->
        [me] Você definiu que, a partir de agora, todos podem mudar nome, foto e descrição
       *[other] { $by } definiu que, a partir de agora, todos podem mudar nome, foto e descrição
    }
rules =
    { $send ->
        [admins] Mensagens: só admins.
       *[everybody] Mensagens: todos.
    } { $edit ->
        [admins] Nome, foto e descrição: só admins.
       *[everybody] Nome, foto e descrição: todos.
    }

## Links into groups

invite_link = Link de convite
no_link_yet = Ninguém entra por link
link_lets_in = Quem tiver o link entra
link_asks = Você decide quem entra
invite_link_text = Quem tiver este link pode pedir para entrar neste grupo. Passe-o a pessoas em quem você confia.
make_link = Criar link
copy_invite_link = Copiar link
share_link = Compartilhar link
approve_each = Admins aprovam cada entrada
reset_link = Redefinir link
reset_link_text = O link anterior deixa de funcionar. Quem o tem vai precisar do novo.
turn_link_off = Desativar link
let_in_button = Aceitar
look_at_asking = Ver
join_title = Entrar em um grupo
join_call_title = Entrar em uma chamada
ask_to_join = Pedir para entrar
ask_again = Pedir de novo
join_call = Entrar na chamada
open_group = Abrir grupo
join_privacy = Os admins deste grupo veem seu nome e número. O nome do grupo é o que consta no link.
stop_asking = Cancelar pedido
new_call_link = Criar link de chamada
call_link = Link de chamada
call_link_text = Quem tiver este link entra na chamada assim que você ou outra pessoa dela estiver online.
invited_first = Você tem um link para um grupo. Será possível usá-lo quando este dispositivo tiver uma conta.
invited_to_phone = Este é o seu celular? Continue por lá
call_of = Chamada de { $name }
asking_to_join =
    { $n ->
        [one] { $n } pessoa pede para entrar
       *[other] { $n } pessoas pedem para entrar
    }
group_line_link_on =
    { $who ->
        [me] Você ativou o link de convite
       *[other] { $by } ativou o link de convite
    }
group_line_link_reset =
    { $who ->
        [me] Você redefiniu o link de convite
       *[other] { $by } redefiniu o link de convite
    }
group_line_link_off =
    { $who ->
        [me] Você desativou o link de convite
       *[other] { $by } desativou o link de convite
    }
join_open =
    { $to ->
        [call] Este link leva a uma chamada.
        [group] Este link leva a um grupo.
       *[named] Este link leva a “{ $name }”.
    }
join_asking_call =
    { $to ->
        [named] Aguardando para entrar em “{ $name }” – alguém da chamada precisa estar online.
       *[call] Aguardando para entrar em uma chamada – alguém dela precisa estar online.
    }
join_asking_group =
    { $to ->
        [named] Aguardando para entrar em “{ $name }” – um admin do grupo precisa estar online.
       *[group] Aguardando para entrar em um grupo – um admin do grupo precisa estar online.
    }
join_waiting =
    { $to ->
        [call] Seu pedido para entrar em uma chamada foi enviado. Um admin vai avaliá-lo.
        [group] Seu pedido para entrar em um grupo foi enviado. Um admin vai avaliá-lo.
       *[named] Seu pedido para entrar em “{ $name }” foi enviado. Um admin vai avaliá-lo.
    }
join_in =
    { $to ->
        [call] Você está em uma chamada.
        [group] Você está em um grupo.
       *[named] Você está em “{ $name }”.
    }
join_declined_call =
    { $to ->
        [named] Um admin da chamada recusou seu pedido para entrar em “{ $name }”.
       *[call] Um admin da chamada recusou seu pedido para entrar.
    }
join_declined_group =
    { $to ->
        [named] Um admin do grupo recusou seu pedido para entrar em “{ $name }”.
       *[group] Um admin do grupo recusou seu pedido para entrar.
    }
join_void =
    { $to ->
        [call] Este link para uma chamada não funciona mais. Peça outro.
        [group] Este link para um grupo não funciona mais. Peça outro.
       *[named] Este link para “{ $name }” não funciona mais. Peça outro.
    }
join_full =
    { $to ->
        [call] Não há mais lugar na chamada. Ela já tem o máximo de pessoas.
        [group] Não há mais lugar no grupo. Ele já tem o máximo de pessoas.
       *[named] Não há mais lugar em “{ $name }”, que já tem o máximo de pessoas.
    }

## Calls

calls = Chamadas
no_calls = Nenhuma chamada ainda. As chamadas começam em uma conversa: abra uma e use o ícone de telefone ou de câmera.
voice_call = Chamada de voz
video_call = Chamada de vídeo
calling = Chamando…
in_another_call = Em outra chamada…
connecting = Conectando…
reconnecting = Reconectando…
answer = Atender
answer_with_camera = Atender com câmera
hang_up_and_answer = Desligar e atender
hang_up_and_answer_with_camera = Desligar e atender com câmera
decline = Recusar
hang_up = Desligar
microphone_off = Desativar o microfone
microphone_on = Ativar o microfone
camera_off = Desativar a câmera
camera_on = Ativar a câmera
screen_on = Compartilhar a tela
screen_off = Parar de compartilhar a tela
call_microphone_gone = O microfone foi desconectado. Outro está sendo usado agora.
call_camera_gone = A câmera foi desconectada. Outra está sendo usada agora.
devices_of_calls = Microfone, câmera, alto-falante
microphone = Microfone
camera = Câmera
loudspeaker = Alto-falante
system_device = Padrão do sistema
try_microphone = Testar o microfone
try_loudspeaker = Tocar um som
tone_is_played = Você deve ter ouvido um som.
microphone_level = Volume do microfone
microphone_is_off = Seu microfone está desativado.
microphone_refused_here = O navegador não deixa o Heliograph usar o microfone. Permita ao lado do endereço.
microphone_missing_here = Nenhum microfone foi encontrado. Conecte um.
hand_up = Levantar a mão
hand_down = Abaixar a mão
keys_of_calls = Em uma chamada
call_people = Chamar outros membros
call_all_there = Todos os membros estão na chamada.
call_to_group = Adicionar pessoas
call_add_about = A chamada continua em um novo grupo, com vocês e quem você escolher.
call_add_too_many = Em uma chamada cabem 32 pessoas: escolha no máximo 30.
call_grows = Adicionando pessoas…
ring = Chamar
rung = Chamando…
call_smaller = Reduzir a chamada
call_larger = Ampliar a chamada
call_by_speaker = Destacar quem fala
call_all_alike = Mostrar todos igualmente
picture_in_picture = Imagem sobre outras janelas
connection_weak = Conexão fraca
connection_bad = Conexão ruim
call_ways = Chamada
your_picture = Sua imagem
call_asking = Seu navegador está perguntando se o Heliograph pode usar o microfone e a câmera.
call_needs_browser = Este navegador não consegue criptografar chamadas. Atualize-o ou ligue de outro.
call_microphone_refused = O navegador não deixa o Heliograph usar o microfone: os outros não ouvem você. Permita ao lado do endereço e ative o microfone.
call_microphone_missing = Nenhum microfone foi encontrado: os outros não ouvem você. Conecte um e ative o microfone.
call_camera_refused = O navegador não deixa o Heliograph usar a câmera. Permita ao lado do endereço e ative a câmera.
call_camera_missing = Nenhuma câmera foi encontrada ou outro programa a está usando. Conecte uma e ative a câmera.
call_key_microphone = Ativar ou desativar o microfone
call_key_camera = Ativar ou desativar a câmera
call_key_screen = Compartilhar a tela ou parar
call_key_hand = Levantar ou abaixar a mão
call_key_small = Reduzir a chamada
call_with = Chamada com { $chat }
picture_of = Imagem de { $name }
ring_member = Chamar { $name }
device = Dispositivo { $number }
call_sign_microphone_off = microfone desativado
call_sign_camera_off = câmera desativada
call_sign_hand = mão levantada
raised_hands = Mãos levantadas: { $names }
ringing =
    { $kind ->
        [video] Chamada de vídeo de { $name }
       *[voice] Chamada de voz de { $name }
    }
ringing_meanwhile =
    { $kind ->
        [video] Chamada de vídeo, enquanto você está em outra chamada
       *[voice] Chamada de voz, enquanto você está em outra chamada
    }
ringing_meanwhile_from =
    { $kind ->
        [video] Chamada de vídeo de { $name }, enquanto você está em outra chamada
       *[voice] Chamada de voz de { $name }, enquanto você está em outra chamada
    }
call_over =
    { $kind ->
        [video] Chamada de vídeo, { $length }
       *[voice] Chamada de voz, { $length }
    }
call_went_on =
    { $kind ->
        [video] Chamada de vídeo, { $length }, continuou em um grupo
       *[voice] Chamada de voz, { $length }, continuou em um grupo
    }
call_no_answer =
    { $kind ->
        [video] Chamada de vídeo, sem resposta
       *[voice] Chamada de voz, sem resposta
    }
call_declined =
    { $kind ->
        [video] Chamada de vídeo, recusada
       *[voice] Chamada de voz, recusada
    }
missed_call =
    { $kind ->
        [video] Chamada de vídeo perdida
       *[voice] Chamada de voz perdida
    }
call_outgoing = Feita:{ " " }
call_incoming = Recebida:{ " " }
call_again =
    { $kind ->
        [video] Chamada de vídeo com { $chat }
       *[voice] Chamada de voz com { $chat }
    }
call_on_other_device = Você está nesta chamada em outro dispositivo
call_move_here = Mover para cá
call_goes_on =
    { $n ->
        [one] Há uma chamada em andamento aqui, com { $n } pessoa
       *[other] Há uma chamada em andamento aqui, com { $n } pessoas
    }
call_join_running = Entrar
call_on_other_device_short = Em chamada em outro dispositivo
call_running_short = Chamada em andamento: entrar
call_end_declined = { $name } recusou sua chamada.
call_end_no_answer = { $name } não atendeu.
call_end_elsewhere = A chamada foi atendida em outro dispositivo seu.
call_end_moved = A chamada continua em outro dispositivo seu.
call_end_not_member = Você não está mais nesta conversa nem na chamada dela.
call_end_left_behind = { $name } adicionou pessoas e continuou em um grupo que não chegou aqui. Ligue de novo.
call_end_failed = Não foi possível conectar a chamada. Verifique sua rede e ligue de novo.
call_growth_goes_on = { $by } adicionou pessoas: a chamada continua no grupo { $group }.
call_growth_not_made = Não foi possível criar o grupo. A chamada continua como estava; tente de novo.
call_growth_other_stays = { $name } ainda não entrou na chamada do grupo.
call_refused_in_call = Você já está em uma chamada. Desligue primeiro.
call_refused_nobody = Não há ninguém para chamar nesta conversa.
call_refused_not_offered = Este servidor não oferece chamadas. Fale com quem o administra.
call_refused_full = Esta chamada está cheia. Tente de novo quando alguém sair.
call_refused_connection = A conexão da chamada não foi aceita. Desligue e ligue de novo.

## Clearing, deleting, blocking

export_chat = Exportar conversa…
export_title = Exportar esta conversa?
export_text = Um arquivo de texto com todas as mensagens que estão neste dispositivo. As fotos e os outros arquivos são citados nele, mas não fazem parte dele. As mensagens temporárias ficam de fora. Quem tiver o arquivo pode lê-lo.
export_go = Exportar
exported = Conversa exportada
export_file_name = Conversa com { $chat }
exporting =
    { $total ->
        [one] { $done } de { $total } mensagem
       *[other] { $done } de { $total } mensagens
    }
export_left_out =
    { $n ->
        [one] { $n } mensagem temporária ficou de fora.
       *[other] { $n } mensagens temporárias ficaram de fora.
    }
clear_chat = Limpar conversa…
clear_title = Limpar esta conversa?
clear_text = Todas as mensagens até agora serão apagadas de todos os seus dispositivos, junto com os arquivos. Os outros continuam com as deles. Não é possível desfazer.
keep_starred = Manter as mensagens favoritas
clear = Limpar
cleared = Conversa limpa
delete_chat = Apagar conversa…
delete_chat_title = Apagar esta conversa?
delete_chat_text = Ela some da lista em todos os seus dispositivos, com todas as mensagens e arquivos, inclusive as favoritas. Os outros continuam com os deles. Ela volta, vazia, quando alguém escrever nela de novo. Não é possível desfazer.
chat_deleted = Conversa apagada
block = Bloquear…
block_text = Durante o bloqueio, as chamadas dessa pessoa e o que ela escrever para você nesta conversa não chegam até você, nem mesmo depois. Ela não é avisada: para ela, as mensagens parecem entregues, e ela continua vendo seu nome e sua foto. Nos grupos, vocês continuam se vendo.
block_report = Ninguém mais é avisado, nem quem administra este servidor: essa pessoa não poderia ler o que foi escrito.
block_and_delete = Apagar também esta conversa
block_go = Bloquear
unblock_them = Desbloquear
blocked_people = Pessoas bloqueadas
nobody_blocked = Você não bloqueou ninguém.
not_a_contact = Não está nos seus contatos
add_to_contacts = Adicionar aos contatos
contact_added = Contato adicionado
block_title = Bloquear { $name }?
you_blocked = Você bloqueou { $name }.
blocked = Você bloqueou { $name }
unblocked = Você desbloqueou { $name }
block_moved = { $name } tem uma nova conta com um número que você bloqueou; ela também foi bloqueada.
unblock = Desbloquear { $name }
kept_out_blocked = Você bloqueou esta pessoa. Desbloqueie-a primeiro.
kept_out_group = Saia deste grupo primeiro. Depois ele pode ser apagado.

## Notifications

push = Notificar neste navegador, mesmo sem nenhuma página aberta
push_blocked = Este navegador bloqueou as notificações deste site. Permita-as nas configurações do navegador para este site e depois ative aqui.
push_unsupported = Este navegador não consegue notificar sem uma página aberta. Em um iPhone ou iPad, primeiro adicione esta página à tela de início.
push_failed = Não foi possível contatar o serviço de notificações do fabricante do navegador. Tente de novo mais tarde.
push_not_kept = Este navegador não conseguiu guardar o programa necessário para notificar você. Recarregue a página e ative isto de novo.
previews = As notificações mostram
previews_text = Remetente e mensagem
previews_sender = Só o remetente
previews_nothing = Só que há uma mensagem
previews_scope = O interruptor vale só para este navegador; o que as notificações mostram vale para todos os seus dispositivos.
mute_title = Silenciar esta conversa
mute_text = Você não recebe notificações das mensagens, e as chamadas não tocam, em todos os seus dispositivos.
mute_8_hours = Por 8 horas
mute_a_week = Por uma semana
mute_always = Sempre
incoming_call = Chamada recebida
new_messages =
    { $n ->
        [one] { $n } nova mensagem
       *[other] { $n } novas mensagens
    }
unmute_now = Reativar notificações
unmute = Reativar (silenciada até { $until })
error_push_host = Este servidor não conhece o serviço que notifica este navegador. Fale com quem o administra.
error_push_off = Este servidor não envia notificações a navegadores. Fale com quem o administra.

## Backups

backup = Backup
backup_text = Suas conversas, contatos e configurações são guardados no servidor em um backup lacrado, feito uma vez por dia enquanto este celular está online. Ninguém o lê sem a chave de recuperação, nem quem administra o servidor. Fotos e arquivos não entram nele.
make_key = Criar chave de recuperação
key_title = Sua chave de recuperação
key_text = Anote estes 64 dígitos e guarde-os em segurança. Eles só aparecem desta vez. Sem eles, ninguém pode restaurar seu backup.
wrote_it_down = Já anotei
confirm_text = Para garantir, digite dois dos grupos que você anotou.
confirm_wrong = Não foi isso que apareceu. Compare com o que você anotou.
show_key_again = Mostrar de novo
turn_on = Ativar backups
back_up_now = Fazer backup agora
backup_to_file = Salvar em um arquivo
backup_saved = Backup salvo. Ele se abre com a chave de recuperação.
backup_file_name = heliograph-backup.hgb
turn_off = Desativar
backup_off_question = Desativar os backups?
backup_off_text = O servidor apaga a cópia dele. Se este celular se perder, suas mensagens se perdem junto.
no_backup_yet = Ainda não há backup.
restore_title = Restaurar sua conta?
recovery_key = Chave de recuperação
restore = Restaurar
restore_file = Restaurar de um arquivo
start_anew = Começar sem ele
start_anew_title = Começar sem suas mensagens?
start_anew_text = Uma nova conta é criada com este número. A conta antiga, com suas mensagens, grupos e dispositivos vinculados, perde o número, e seus contatos são avisados de que seu número de segurança mudou.
delete_account = Apagar conta
delete_account_title = Apagar sua conta?
delete_account_text = Tudo será apagado deste celular, de todos os seus dispositivos vinculados e do servidor, inclusive o backup. Os outros continuam com o que você escreveu para eles. Não é possível desfazer.
type_your_number = Digite seu número para confirmar
restore_text = Há um backup desta conta ({ $when }). Digite a chave de recuperação para ter suas mensagens de volta neste celular. { $devices }
restore_from_file_text = O servidor não tem nenhum backup que possa ser restaurado aqui. Se você tiver um em um arquivo, digite a chave de recuperação e escolha o arquivo. { $devices }
restore_nobody_stays = O celular anterior será desconectado.
restore_devices_stay =
    { $n ->
        [one] O celular anterior será desconectado. { $n } outro dispositivo continua vinculado: se você não o conhece, desconecte-o imediatamente em “Dispositivos vinculados”.
       *[other] O celular anterior será desconectado. { $n } outros dispositivos continuam vinculados: se você conhece menos, desconecte-os imediatamente em “Dispositivos vinculados”.
    }
group_label = Grupo { $n }
notice_backup_part_awaited = Uma parte do seu backup falta no servidor ou foi alterada lá. Ela será pedida de novo por cerca de uma hora. Mantenha isto aberto.
notice_backup_part_lost = Não foi possível restaurar uma parte do seu backup. Todo o resto está aqui.
backed_up = Último backup: { $when }
backing_up =
    { $total ->
        [one] Fazendo backup: { $done } de { $total } mensagem
       *[other] Fazendo backup: { $done } de { $total } mensagens
    }
backup_no_room = O servidor não tem espaço para um novo backup. Fale com quem o administra. O anterior continua lá.
backup_too_large = Esta conta é grande demais para um backup.
backup_not_taken = O servidor não aceitou o novo backup. O anterior continua lá.
error_recovery_key_length = Uma chave de recuperação tem 64 dígitos; aqui há { $digits }.
error_recovery_key_signs = Uma chave de recuperação só tem dígitos.
error_recovery_key_group = Um dígito do grupo { $group } está errado. Compare com o que você anotou.
error_recovery_key_wrong = O backup não abre com esta chave de recuperação. Ela é de outro backup, ou o backup foi alterado.
error_backup_damaged = Este backup está danificado ou incompleto. Nada dele foi usado.
error_backup_newer = Este backup foi feito por uma versão mais nova. Recarregue a página e tente de novo.
error_backup_other = Este backup é de outra conta, não da que pertence a este número.
error_devices_rolled_back = O servidor indica uma lista dos seus dispositivos mais antiga do que a deste backup. Nada foi restaurado. Avise quem administra o servidor.
error_still_restoring = Seu backup ainda está sendo restaurado. Tente de novo quando tudo estiver aqui.
error_backup_none = O servidor não tem nenhum backup desta conta. Restaure-a de um arquivo.
error_backup_off = Os backups não estão ativados.
error_confirm_wrong = Este não é o seu número. Nada foi apagado.
error_pin_needed = Digite o PIN de registro da sua conta.
