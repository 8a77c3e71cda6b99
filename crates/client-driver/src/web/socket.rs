//! The browser's WebSocket.

use client_core::Input;
use js_sys::{ArrayBuffer, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// Bytes that may wait to be written. A socket that takes no more is dead.
const OUTGOING_LEN_MAX: u32 = 64 * 1024 * 1024;

/// The socket cannot be opened, or takes nothing more.
#[derive(Debug)]
pub(super) struct Refused;

/// A socket that is open or being opened. Dropping it closes it, and nothing of it is heard any more.
pub(super) struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut()>,
}

impl Socket {
    /// Opens the server's socket; `SocketOpened` or `SocketClosed` follows, never before this returns.
    pub(super) fn open(origin: &str, news: impl Fn(Input) + 'static) -> Result<Self, Refused> {
        // "http" becomes "ws", "https" becomes "wss".
        let address = format!("{}/v1/socket", origin.replacen("http", "ws", 1));
        let socket = WebSocket::new(&address).map_err(|_| Refused)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let news = Rc::new(news);
        let (on_opened, on_message, on_closed) = (news.clone(), news.clone(), news);
        let opened = Closure::<dyn FnMut()>::new(move || on_opened(Input::SocketOpened));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // Text is not ours.
            if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                on_message(Input::Frame(Uint8Array::new(&buffer).to_vec()));
            }
        });
        let closed = Closure::<dyn FnMut()>::new(move || on_closed(Input::SocketClosed));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        // An error is always followed by a close.
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, _opened: opened, _message: message, _closed: closed })
    }

    pub(super) fn send(&self, frame: &[u8]) -> Result<(), Refused> {
        if self.socket.buffered_amount() > OUTGOING_LEN_MAX {
            return Err(Refused);
        }
        self.socket.send_with_u8_array(frame).map_err(|_| Refused)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // It may be closed already.
        let _ = self.socket.close();
    }
}
