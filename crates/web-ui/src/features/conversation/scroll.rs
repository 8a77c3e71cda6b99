//! The scrolling of one conversation. Of the loaded messages only those near the screen are in the page; the place that a reader
//! looks at stays while messages come in above, below and within, and while guessed heights turn into measured ones.
//!
//! `Hold` says what stays: the end, or a message at its distance from the upper edge. Everything that moves things draws the rows
//! around that place (`draw`), measures them and scrolls by what the held message was moved (`pin`), before the page is painted.

use crate::model::bubble_height::guess;
use crate::model::timeline::{Item, ItemKey, PAGE_ROWS, Timeline};
use crate::model::window::{Piece, Rows};
use crate::platform::page;
use crate::store::App;
use crate::words;
use client_api::{ChatId, Command, MessageBody, MessageId, UserError, WindowAnchor};
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// Nearer to an end of what is loaded than this, more is loaded.
const LOAD_PX: f64 = 1_500.0;
/// Nearer to the end of the conversation than this, the page follows it.
const STICK_PX: f64 = 60.0;
/// Rows are drawn this far beyond each edge,
const MARGIN_PX: f64 = 700.0;
/// and anew when less than this is left.
const MARGIN_MIN_PX: f64 = 250.0;
/// So often is drawn, at most, before a row is looked for that is to have the focus.
const DRAWS_MAX: u32 = 8;
/// Where the divider stands in a chat that was just opened, below the upper edge.
const DIVIDER_PX: f64 = 80.0;
/// A message that somebody went to stands so far down the screen,
const FOUND_SHARE: f64 = 0.3;
/// and stands out for so long.
const FOUND: Duration = Duration::from_millis(1_600);

/// Names what stands in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum CellKey {
    /// In place of rows that are not there; by its number.
    Gap(usize),
    /// An item.
    Item(ItemKey),
}

/// What stands in the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Its height in pixels.
    Gap(f64),
    /// An item.
    Item(Item),
}

/// One of the list's children, which may change while it is there.
pub(super) type Cell = (CellKey, ArcRwSignal<Content>);

/// What stays in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hold {
    /// The end is in sight.
    End,
    /// This row, so far below the upper edge.
    Row(ItemKey, f64),
}

/// The scrolling.
#[derive(Clone, Copy)]
pub(super) struct Scroll {
    app: App,
    chat: Memo<ChatId>,
    pub(super) scroller: NodeRef<html::Div>,
    pub(super) column: NodeRef<html::Div>,
    pub(super) list: NodeRef<html::Div>,
    pub(super) cells: RwSignal<Vec<Cell>>,
    /// The message that takes the focus by Tab.
    pub(super) tab_stop: RwSignal<Option<MessageId>>,
    /// The message that has the focus, in itself or in a part of it.
    pub(super) entered: RwSignal<Option<MessageId>>,
    /// The end is out of sight.
    pub(super) away: RwSignal<bool>,
    pub(super) announce: RwSignal<String>,
    /// The message that somebody went to, for a moment.
    pub(super) found: RwSignal<Option<MessageId>>,
    /// The message that somebody goes to and that is not loaded yet.
    wanted: StoredValue<Option<MessageId>>,
    items: StoredValue<Vec<Item>>,
    rows: StoredValue<Rows<ItemKey>>,
    drawn: StoredValue<Range<usize>>,
    hold: StoredValue<Hold>,
    /// Of the list and the scroller, as they were seen last: to ask for them while rows change would lay the page out each time.
    width: StoredValue<f64>,
    height: StoredValue<f64>,
    /// Cells were set and are not yet in the page.
    drawing: StoredValue<bool>,
    focused: StoredValue<Option<MessageId>>,
    has_focus: StoredValue<bool>,
    loading: StoredValue<bool>,
    /// What was asked for last: not again, unless something came since. An answer may bring nothing new.
    asked: StoredValue<Option<WindowAnchor>>,
    opened: StoredValue<u32>,
    marked: StoredValue<Option<(u64, MessageId)>>,
}

impl Scroll {
    /// Of a chat that is open; ends with its component.
    pub(super) fn new(app: App, chat: Memo<ChatId>) -> Self {
        let view = Self {
            app,
            chat,
            scroller: NodeRef::new(),
            column: NodeRef::new(),
            list: NodeRef::new(),
            cells: RwSignal::new(Vec::new()),
            tab_stop: RwSignal::new(None),
            entered: RwSignal::new(None),
            away: RwSignal::new(false),
            announce: RwSignal::new(String::new()),
            found: RwSignal::new(None),
            wanted: StoredValue::new(None),
            items: StoredValue::new(Vec::new()),
            rows: StoredValue::new(Rows::default()),
            drawn: StoredValue::new(0..0),
            hold: StoredValue::new(Hold::End),
            width: StoredValue::new(0.0),
            height: StoredValue::new(0.0),
            drawing: StoredValue::new(false),
            focused: StoredValue::new(None),
            has_focus: StoredValue::new(false),
            loading: StoredValue::new(false),
            asked: StoredValue::new(None),
            opened: StoredValue::new(0),
            marked: StoredValue::new(None),
        };
        // The chat was opened at it.
        view.wanted.set_value(view.take_goal());
        Effect::new(move || {
            app.goal.track();
            if let Some(id) = view.take_goal() {
                view.jump(id);
            }
        });
        Effect::new(move || view.follow_timeline());
        Effect::new(move || view.hear_arrivals());
        Effect::new(move || {
            // Whatever makes something newly seen: the page in front, an unread count from another device.
            app.visible.track();
            app.chats.with(|chats| chats.get(&chat.get()).map(|row| row.unread));
            view.mark_read();
        });
        view.watch_sizes();
        view
    }

    /// Where somebody wants to go in this chat: the conversation that goes when another one comes must leave that one's goal alone.
    fn take_goal(self) -> Option<MessageId> {
        let goal = self.app.goal.get_untracked().filter(|(chat, _)| *chat == self.chat.get_untracked());
        if goal.is_some() {
            self.app.goal.set(None);
        }
        goal.map(|(_, message)| message)
    }

    /// Takes over what is loaded now.
    fn follow_timeline(self) {
        let items = self
            .app
            .timeline
            .with(|timeline| timeline.as_ref().map(|timeline| timeline.items(page::now_ms(), page::zone_at)));
        let Some(items) = items else { return };
        let opened = self.app.opened.get_untracked();
        let mut arrived = None;
        if self.opened.get_value() != opened {
            self.opened.set_value(opened);
            let has = |key: ItemKey| items.iter().any(|item| item.key() == key);
            arrived = self.wanted.get_value().filter(|id| has(ItemKey::Message(*id)));
            self.hold.set_value(match arrived {
                Some(id) => Hold::Row(ItemKey::Message(id), self.found_px()),
                None if has(ItemKey::Unread) => Hold::Row(ItemKey::Unread, DIVIDER_PX),
                None => Hold::End,
            });
        }
        self.bequeath_focus(&items);
        self.items.set_value(items);
        self.guess_rows();
        self.draw();
        if let Some(id) = arrived {
            self.wanted.set_value(None);
            self.stand_out(id);
        }
    }

    /// Looks how large the page's parts are now; says whether rows have another width than before.
    fn look_at_sizes(self) -> bool {
        let Some((scroller, list)) = self.elements() else { return false };
        self.height.set_value(f64::from(scroller.client_height()));
        let width = f64::from(list.client_width());
        let is_new = (width - self.width.get_value()).abs() > 1.0;
        if is_new {
            self.width.set_value(width);
            self.rows.update_value(Rows::forget_measures);
        }
        is_new
    }

    fn guess_rows(self) {
        if self.width.get_value() == 0.0 {
            self.look_at_sizes();
        }
        let width = self.width.get_value();
        self.items.with_value(|items| {
            self.rows.update_value(|rows| rows.set(items.iter().map(|item| (item.key(), guess(item, width)))));
        });
    }

    /// Puts the rows around the held place into the page.
    fn draw(self) {
        let (top, height) = self.wanted_view();
        let kept = self.focused.get_value().filter(|_| self.has_focus.get_value()).map(ItemKey::Message);
        let (range, pieces) = self.rows.with_value(|rows| {
            let range = rows.between(top - MARGIN_PX, top + height + MARGIN_PX);
            (range.clone(), rows.pieces(range, kept))
        });
        let before = self.cells.get_untracked();
        let mut old: HashMap<CellKey, ArcRwSignal<Content>> = before.iter().cloned().collect();
        let mut gaps = 0;
        let mut cells: Vec<Cell> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let (key, content) = match piece {
                Piece::Gap(px) => {
                    gaps += 1;
                    (CellKey::Gap(gaps), Content::Gap(px))
                }
                Piece::Row(place) => {
                    let Some(item) = self.items.with_value(|items| items.get(place).cloned()) else { continue };
                    (CellKey::Item(item.key()), Content::Item(item))
                }
            };
            let cell = old.remove(&key).unwrap_or_else(|| ArcRwSignal::new(content.clone()));
            if cell.with_untracked(|shown| *shown != content) {
                cell.set(content);
            }
            cells.push((key, cell));
        }
        self.drawn.set_value(range);
        if !before.iter().map(|cell| cell.0).eq(cells.iter().map(|cell| cell.0)) {
            self.cells.set(cells);
        }
        self.drawing.set_value(true);
        wasm_bindgen_futures::spawn_local(async move {
            // The page has its new rows after this, and has not been painted yet.
            leptos::task::tick().await;
            self.settle();
        });
    }

    /// After the rows changed.
    fn settle(self) {
        if self.drawing.try_set_value(false).is_some() {
            return;
        }
        self.pin();
        self.keep_focus();
        if self.is_covered() { self.scrolled() } else { self.draw() }
    }

    /// Measures what is in the page, and scrolls so that what is held stands where it stood.
    fn pin(self) {
        let Some((scroller, list)) = self.elements() else { return };
        let children = list.children();
        self.cells.with_untracked(|cells| {
            self.rows.update_value(|rows| {
                for (at, (key, _)) in (0_u32..).zip(cells) {
                    if let (CellKey::Item(key), Some(child)) = (key, children.item(at)) {
                        rows.measure(*key, child.get_bounding_client_rect().height());
                    }
                }
            });
        });
        match self.hold.get_value() {
            Hold::End => scroller.set_scroll_top(scroller.scroll_height()),
            Hold::Row(key, wanted) => {
                let Some(child) = self.child(&list, key) else { return };
                let moved = offset(&scroller, &child) - wanted;
                if moved.abs() > 0.5 {
                    scroller.scroll_by_with_x_and_y(0.0, moved);
                }
            }
        }
    }

    /// The screen's upper edge and height in the list's pixels, as the held place wants them.
    fn wanted_view(self) -> (f64, f64) {
        let height = Some(self.height.get_value()).filter(|height| *height > 0.0).unwrap_or(800.0);
        let top = self.rows.with_value(|rows| match self.hold.get_value() {
            Hold::End => rows.total() - height,
            // The row is gone: what stands there now.
            Hold::Row(key, offset) => rows.top(key).map_or_else(|| self.shown_top(), |top| top - offset),
        });
        (top, height)
    }

    /// The screen's upper edge in the list's pixels, as it is.
    fn shown_top(self) -> f64 {
        self.elements().map_or(0.0, |(scroller, list)| -offset(&scroller, &list))
    }

    fn is_covered(self) -> bool {
        let (top, height) = self.wanted_view();
        let drawn = self.drawn.get_value();
        let needed = self.rows.with_value(|rows| rows.between(top - MARGIN_MIN_PX, top + height + MARGIN_MIN_PX));
        drawn.start <= needed.start && needed.end <= drawn.end
    }

    fn elements(self) -> Option<(web_sys::HtmlDivElement, web_sys::HtmlDivElement)> {
        Some((self.scroller.try_get_untracked()??, self.list.try_get_untracked()??))
    }

    fn child(self, list: &HtmlElement, key: ItemKey) -> Option<Element> {
        let at = self.cells.with_untracked(|cells| cells.iter().position(|cell| cell.0 == CellKey::Item(key)))?;
        list.children().item(u32::try_from(at).ok()?)
    }

    fn at_loaded_end(self) -> bool {
        self.app.timeline.try_with_untracked(|timeline| timeline.as_ref().is_some_and(|timeline| !timeline.has_newer))
            == Some(true)
    }

    /// The user scrolled, or the page did.
    pub(super) fn scrolled(self) {
        if self.drawing.try_get_value() != Some(false) {
            return;
        }
        let Some((scroller, list)) = self.elements() else { return };
        let top = f64::from(scroller.scroll_top());
        let below = below(&scroller);
        let at_end = self.at_loaded_end();
        self.hold_what_is_seen(&scroller, &list);
        let away = !self.items.with_value(Vec::is_empty) && (!at_end || below > 200.0);
        if self.away.get_untracked() != away {
            self.away.set(away);
        }
        self.load_near_ends(top, below);
        self.choose_tab_stop(&scroller, &list);
        self.mark_read();
        if !self.is_covered() {
            self.draw();
        }
    }

    /// What stands on the screen now is what stays.
    fn hold_what_is_seen(self, scroller: &HtmlElement, list: &HtmlElement) {
        let at_end = self.at_loaded_end() && below(scroller) < STICK_PX;
        if let Some(hold) = if at_end { Some(Hold::End) } else { self.looked_at(scroller, list) } {
            self.hold.set_value(hold);
        }
    }

    /// The first message on the screen and where it stands.
    fn looked_at(self, scroller: &HtmlElement, list: &HtmlElement) -> Option<Hold> {
        let edge = scroller.get_bounding_client_rect().top();
        let children = list.children();
        // The children stand in order: halve to the first whose end is below the upper edge.
        let (mut low, mut high) = (0, children.length());
        while low < high {
            let middle = low + (high - low) / 2;
            let below = children.item(middle).is_some_and(|child| child.get_bounding_client_rect().bottom() > edge);
            if below { high = middle } else { low = middle + 1 }
        }
        let keys = self.cells.with_untracked(|cells| cells.iter().map(|cell| cell.0).collect::<Vec<_>>());
        // Date pills and dividers move when older messages come in; rows that are not there yet have guessed heights.
        let lower = scroller.get_bounding_client_rect().bottom();
        let message = (low as usize..keys.len()).find_map(|at| match keys.get(at)? {
            CellKey::Item(key @ ItemKey::Message(_)) => Some((*key, children.item(u32::try_from(at).ok()?)?)),
            _ => None,
        });
        match message.filter(|(_, child)| child.get_bounding_client_rect().top() < lower) {
            Some((key, child)) => Some(Hold::Row(key, offset(scroller, &child))),
            // Scrolled into the unknown.
            None => self.rows.with_value(|rows| rows.at(self.shown_top())).map(|(key, offset)| Hold::Row(key, offset)),
        }
    }

    fn load_near_ends(self, top: f64, below: f64) {
        let wanted = self.app.timeline.with_untracked(|timeline| {
            let timeline = timeline.as_ref()?;
            if top < LOAD_PX && timeline.older().is_some() {
                timeline.older()
            } else if below < LOAD_PX {
                timeline.newer()
            } else {
                None
            }
        });
        let wanted = wanted.filter(|anchor| !self.loading.get_value() && self.asked.get_value() != Some(*anchor));
        if let Some(anchor) = wanted {
            self.load(anchor);
        }
    }

    fn load(self, anchor: WindowAnchor) {
        self.loading.set_value(true);
        self.asked.set_value(Some(anchor));
        self.app.ask(
            Command::LoadWindow { chat: self.chat.get_untracked(), anchor, limit: PAGE_ROWS },
            move |result| {
                // Gone with the conversation.
                if self.loading.try_set_value(false).is_some() {
                    return;
                }
                match (result, anchor) {
                    (Ok(_), WindowAnchor::Message(id)) => self.arrive(id),
                    // The next page, where the reader is still near the end; once the rows are in the page.
                    (Ok(_), _) => self.scrolled(),
                    (Err(error), _) => {
                        let command = Command::LoadWindow { chat: self.chat.get_untracked(), anchor, limit: PAGE_ROWS };
                        self.app.toast_refused(&command, &error);
                    }
                }
            },
        );
    }

    fn found_px(self) -> f64 {
        self.height.get_value() * FOUND_SHARE
    }

    /// To a message, which gets the focus and stands out for a moment.
    pub(super) fn jump(self, id: MessageId) {
        let is_loaded = self.rows.with_value(|rows| rows.place(ItemKey::Message(id)).is_some());
        if !is_loaded {
            self.wanted.set_value(Some(id));
            return self.load(WindowAnchor::Message(id));
        }
        let in_sight = self.elements().is_some_and(|(scroller, list)| {
            let view = scroller.get_bounding_client_rect();
            self.child(&list, ItemKey::Message(id)).is_some_and(|child| {
                let child = child.get_bounding_client_rect();
                child.top() >= view.top() && child.bottom() <= view.bottom()
            })
        });
        if !in_sight {
            self.hold.set_value(Hold::Row(ItemKey::Message(id), self.found_px()));
        }
        self.stand_out(id);
    }

    fn stand_out(self, id: MessageId) {
        self.focus(id);
        self.found.set(Some(id));
        set_timeout(
            move || {
                if self.found.try_get_untracked().flatten() == Some(id) {
                    self.found.set(None);
                }
            },
            FOUND,
        );
    }

    /// After a window around a message was asked for. What has come is drawn before or after this.
    fn arrive(self, id: MessageId) {
        let has = |timeline: &Option<Timeline>| timeline.as_ref().is_some_and(|timeline| timeline.row(id).is_some());
        if !self.app.timeline.with_untracked(has) {
            self.wanted.set_value(None);
            self.app.toast(words::error(&UserError::NotFound), false);
        }
    }

    /// To the newest message.
    pub(super) fn to_end(self) {
        self.hold.set_value(Hold::End);
        if self.at_loaded_end() {
            self.draw();
        } else {
            self.app.timeline.update(|timeline| {
                if let Some(timeline) = timeline {
                    timeline.clear_divider();
                }
            });
            self.load(WindowAnchor::Newest);
        }
    }

    /// Announces what came.
    fn hear_arrivals(self) {
        let arrival = self.app.arrival.get();
        self.asked.set_value(None);
        if arrival.last.others == 0 {
            return;
        }
        let text = self.app.timeline.with_untracked(|timeline| {
            let last = timeline.as_ref()?.last()?;
            let me = untrack(|| self.app.me());
            self.app.people.with_untracked(|people| {
                let author = words::author_in(false, last.sender, people);
                let said = words::body(&last.body, last.own, people, me);
                let said = words::caption_or_kind(said, last.attachment.as_ref().map(|carried| carried.facts.kind));
                // A call says so itself, while it rings.
                let rings = matches!(last.body, client_api::MessageBody::Call(_));
                (!last.own && !rings).then(|| format!("{author}: {said}"))
            })
        });
        if let Some(text) = text {
            self.announce.set(text);
        }
    }

    /// The lowest message that is on the screen, at least with its upper edge.
    fn lowest_seen(self, scroller: &HtmlElement, list: &HtmlElement) -> Option<MessageId> {
        let edge = scroller.get_bounding_client_rect().bottom() - 24.0;
        let children = list.children();
        self.cells.with_untracked(|cells| {
            let mut rows = cells.iter().enumerate().rev().filter_map(|(at, (key, _))| match key {
                CellKey::Item(ItemKey::Message(id)) => Some((children.item(u32::try_from(at).ok()?)?, *id)),
                _ => None,
            });
            rows.find(|(child, _)| child.get_bounding_client_rect().top() < edge).map(|(_, id)| id)
        })
    }

    /// The newest message that is on the screen has been read, if somebody looks.
    fn mark_read(self) {
        if self.app.visible.try_get_untracked() != Some(true) {
            return;
        }
        let unread = self
            .app
            .chats
            .with_untracked(|chats| chats.get(&self.chat.get_untracked()))
            .is_some_and(|row| row.unread > 0);
        let Some((scroller, list)) = self.elements().filter(|_| unread) else { return };
        let row = self.lowest_seen(&scroller, &list).and_then(|lowest| {
            self.app.timeline.with_untracked(|timeline| timeline.as_ref()?.newest_placed(lowest).cloned())
        });
        let Some(row) = row else { return };
        let at = (row.time_ms, row.id);
        if self.marked.get_value().is_none_or(|marked| marked < at) {
            self.marked.set_value(Some(at));
            let (app, marked) = (self.app, self.marked);
            let command = Command::MarkRead { chat: self.chat.get_untracked(), up_to: row.id };
            app.ask(command.clone(), move |result| {
                if let Err(error) = result {
                    // It will be said again when the next thing is seen.
                    app.toast_refused(&command, &error);
                    let _ = marked.try_set_value(None);
                }
            });
        }
    }

    /// Pictures, fonts, the window and the keyboard of a phone change sizes: what is held stays in its place.
    fn watch_sizes(self) {
        Effect::new(move || {
            let (Some(scroller), Some(column)) = (self.scroller.get(), self.column.get()) else { return };
            let changed = Closure::<dyn FnMut()>::new(move || {
                if self.drawing.try_get_value() != Some(false) {
                    return;
                }
                self.pin();
                // Not within the observer: it would have to look at its own changes.
                request_animation_frame(move || {
                    if self.drawing.try_get_value() != Some(false) {
                        return;
                    }
                    if self.look_at_sizes() {
                        self.guess_rows();
                        self.draw();
                    } else {
                        self.settle();
                    }
                });
            });
            let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) else { return };
            observer.observe(&scroller);
            observer.observe(&column);
            let held = SendWrapper::new((observer, changed));
            on_cleanup(move || held.0.disconnect());
        });
    }
}

/// The keyboard's way through the messages.
impl Scroll {
    /// The message with the focus; else the one that had it, while it is on the screen; else the lowest there.
    fn choose_tab_stop(self, scroller: &HtmlElement, list: &HtmlElement) {
        let view = scroller.get_bounding_client_rect();
        let focused = self.focused.get_value().filter(|id| {
            self.has_focus.get_value()
                || self.child(list, ItemKey::Message(*id)).is_some_and(|child| {
                    let child = child.get_bounding_client_rect();
                    child.bottom() > view.top() && child.top() < view.bottom()
                })
        });
        let stop = focused.or_else(|| self.lowest_seen(scroller, list));
        if self.tab_stop.get_untracked() != stop {
            self.tab_stop.set(stop);
        }
    }

    /// A message, or something in it, got the focus.
    pub(super) fn on_focus_in(self, event: &web_sys::FocusEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let article = target.and_then(|target| target.closest("[data-message]").ok().flatten());
        let id =
            article.as_ref().and_then(|article| article.get_attribute("data-message")).and_then(|id| id.parse().ok());
        if id.is_some() {
            self.focused.set_value(id);
            self.has_focus.set_value(true);
            self.tab_stop.set(id);
        }
        if id.is_none() || self.entered.get_untracked() == id {
            return;
        }
        self.entered.set(id);
        // By a key: a pointer that takes the focus along points at what is seen already.
        if let Some(article) = article.filter(|article| article.matches(":focus-visible") == Ok(true)) {
            self.bring_into_sight(&article);
        }
    }

    /// The focus left the messages.
    pub(super) fn on_focus_out(self, event: &web_sys::FocusEvent) {
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        // Also when the whole conversation is taken out of the page with the focus in it.
        let inside = self.list.try_get_untracked().flatten().is_some_and(|list| list.contains(to.as_ref()));
        // Without a target the row may just have been moved within the page: `keep_focus` looks.
        if !inside && (to.is_some() || self.drawing.try_get_value() == Some(false)) {
            let _ = self.has_focus.try_set_value(false);
            // Whoever comes back from another window is where they were.
            if page::has_focus() {
                let _ = self.entered.try_set(None);
            }
        }
    }

    /// All of a message, or as much as there is room for. It stays there: what was held before would be put back into its place at once.
    fn bring_into_sight(self, article: &Element) {
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        article.scroll_into_view_with_scroll_into_view_options(&nearest);
        if let Some((scroller, list)) = self.elements() {
            self.hold_what_is_seen(&scroller, &list);
        }
    }

    /// The message with the focus is gone: the next one has it, or the one before.
    fn bequeath_focus(self, items: &[Item]) {
        let Some(id) = self.focused.get_value() else { return };
        if items.iter().any(|item| item.key() == ItemKey::Message(id)) {
            return;
        }
        let place = self.rows.with_value(|rows| rows.place(ItemKey::Message(id))).unwrap_or(items.len());
        let (before, after) = items.split_at(place.min(items.len()));
        self.focused.set_value(after.iter().find_map(bubble).or_else(|| before.iter().rev().find_map(bubble)));
    }

    /// A row that is moved within the page loses the focus without anybody's wish.
    fn keep_focus(self) {
        let Some((_, list)) = self.elements().filter(|_| self.has_focus.get_value()) else { return };
        let active = document().active_element();
        let nowhere = active.as_ref().is_none_or(|active| active.tag_name() == "BODY");
        if let Some(id) = self.focused.get_value().filter(|_| nowhere) {
            focus_in(self.child(&list, ItemKey::Message(id)));
        }
    }

    /// Arrows go from message to message, also to those that are not in the page yet.
    pub(super) fn on_key(self, event: &web_sys::KeyboardEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let article = target.filter(|target| target.has_attribute("data-message"));
        let id = article.and_then(|article| article.get_attribute("data-message")?.parse::<MessageId>().ok());
        let Some(id) = id else { return };
        let to = match event.key().as_str() {
            "ArrowUp" if !event.alt_key() => self.next_message(id, -1),
            "ArrowDown" if !event.alt_key() => self.next_message(id, 1),
            "Home" => self.first_message(),
            "End" => self.last_message(),
            _ => return,
        };
        event.prevent_default();
        if let Some(to) = to {
            self.focus(to);
        }
    }

    fn focus(self, id: MessageId) {
        self.focused.set_value(Some(id));
        self.has_focus.set_value(true);
        self.tab_stop.set(Some(id));
        self.draw();
        wasm_bindgen_futures::spawn_local(async move {
            // What is drawn may be drawn anew once it is measured: before that, a cell's place is not its child's.
            for _ in 0..DRAWS_MAX {
                leptos::task::tick().await;
                if self.drawing.try_get_value() != Some(true) {
                    break;
                }
            }
            let Some((_, list)) = self.elements() else { return };
            if let Some(article) = focus_in(self.child(&list, ItemKey::Message(id))) {
                self.bring_into_sight(&article);
            }
        });
    }

    fn next_message(self, from: MessageId, step: isize) -> Option<MessageId> {
        let mut place = self.rows.with_value(|rows| rows.place(ItemKey::Message(from)))?;
        self.items.with_value(|items| {
            loop {
                place = place.checked_add_signed(step)?;
                if let Some(id) = bubble(items.get(place)?) {
                    return Some(id);
                }
            }
        })
    }

    fn first_message(self) -> Option<MessageId> {
        self.items.with_value(|items| items.iter().find_map(bubble))
    }

    fn last_message(self) -> Option<MessageId> {
        self.items.with_value(|items| items.iter().rev().find_map(bubble))
    }
}

/// The message of an item, if it is one that takes the focus.
fn bubble(item: &Item) -> Option<MessageId> {
    match item {
        Item::Message { row, .. } if !matches!(row.body, MessageBody::System(_)) => Some(row.id),
        _ => None,
    }
}

/// Gives the focus to a row's message; nothing moves for it.
fn focus_in(row: Option<Element>) -> Option<HtmlElement> {
    let article = row?.query_selector("article").ok().flatten()?.dyn_into::<HtmlElement>().ok()?;
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = article.focus_with_options(&options);
    Some(article)
}

/// How far it can still be scrolled down.
fn below(scroller: &HtmlElement) -> f64 {
    f64::from(scroller.scroll_height() - scroller.scroll_top() - scroller.client_height())
}

fn offset(scroller: &HtmlElement, element: &Element) -> f64 {
    element.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top()
}
