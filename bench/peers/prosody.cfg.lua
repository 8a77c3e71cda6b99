-- Prosody as a peer of `cargo xtask bench deliver`: plain XMPP, SASL PLAIN, accounts by in-band registration.
-- @PORT@ and @FOLDER@ are filled in. A message is handed on from memory: nothing is stored, nothing synced.
run_as_root = true
pidfile = "@FOLDER@/prosody.pid"
data_path = "@FOLDER@/data"
plugin_paths = {}
log = { warn = "@FOLDER@/prosody.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { @PORT@ }
s2s_ports = {}
modules_enabled = { "roster", "saslauth", "register_ibr" }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = true
authentication = "internal_plain"
storage = "internal"
VirtualHost "localhost"
