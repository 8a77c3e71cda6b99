//! A photo is turned, mirrored, cut and drawn on, before it is sent. What is shown is what goes.

use crate::model::editing::{Corner, DEEDS_MAX, Deed, Frame, Line, POINTS_MAX, Shape, size_after};
use crate::platform::editing;
use crate::primitives::dialog::Dialog;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, File, HtmlCanvasElement, PointerEvent};

/// How far an arrow draws the frame, in parts of the longer side.
const STEP: f64 = 0.02;
/// Of the pens, in parts of the longer side.
const WIDTHS: [f64; 2] = [0.008, 0.025];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    None,
    Cut,
    Draw,
}

/// What all parts of the dialog know.
#[derive(Clone, Copy)]
struct Work {
    /// As it was.
    first: RwSignal<Option<HtmlCanvasElement>, LocalStorage>,
    canvas: NodeRef<html::Canvas>,
    deeds: RwSignal<Vec<Deed>>,
    tool: RwSignal<Tool>,
    frame: RwSignal<Frame>,
    shape: RwSignal<Shape>,
    colour: RwSignal<usize>,
    width: RwSignal<usize>,
    line: RwSignal<Option<Line>>,
}

impl Work {
    fn size(self) -> (f64, f64) {
        let first = self.first.with(|first| first.as_ref().map(|first| (first.width(), first.height())));
        let (width, height) = first.unwrap_or((1, 1));
        self.deeds.with(|deeds| size_after((f64::from(width), f64::from(height)), deeds))
    }

    fn longer(self) -> f64 {
        let (width, height) = untrack(|| self.size());
        width.max(height)
    }

    fn does(self, deed: Deed) {
        if self.deeds.with_untracked(Vec::len) < DEEDS_MAX {
            self.deeds.update(|deeds| deeds.push(deed));
        }
        self.frames_all();
    }

    fn frames_all(self) {
        self.frame.set(Frame::of(untrack(|| self.size()), self.shape.get_untracked()));
    }

    fn takes(self, tool: Tool) {
        self.tool.update(|now| *now = if *now == tool { Tool::None } else { tool });
        self.frames_all();
    }

    /// A length on the screen, in pixels of the photo.
    fn in_photo(self, length: (f64, f64)) -> (f64, f64) {
        let shown = self.canvas.get_untracked().map(|canvas| (canvas.client_width(), canvas.client_height()));
        let (shown, size) = (shown.unwrap_or((1, 1)), untrack(|| self.size()));
        (length.0 * size.0 / f64::from(shown.0.max(1)), length.1 * size.1 / f64::from(shown.1.max(1)))
    }
}

/// `done` gets the photo as it was made, or nothing where it stays as it was.
#[component]
pub fn Editor(file: File, done: impl Fn(Option<File>) + Copy + Send + Sync + 'static) -> impl IntoView {
    let work = Work {
        first: RwSignal::new_local(None),
        canvas: NodeRef::new(),
        deeds: RwSignal::new(Vec::new()),
        tool: RwSignal::new(Tool::None),
        frame: RwSignal::new(Frame::of((1.0, 1.0), Shape::Free)),
        shape: RwSignal::new(Shape::Free),
        colour: RwSignal::new(2),
        width: RwSignal::new(0),
        line: RwSignal::new(None),
    };
    let (broken, busy) = (RwSignal::new(false), RwSignal::new(false));
    let opening = file.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let opened = editing::opened(&opening).await;
        let _ = broken.try_set(opened.is_none());
        let _ = work.first.try_set(opened);
        if work.first.try_with_untracked(Option::is_some) == Some(true) {
            work.frames_all();
        }
    });
    Effect::new(move || {
        let Some(canvas) = work.canvas.get() else { return };
        work.first.with(|first| {
            if let Some(first) = first {
                work.deeds.with(|deeds| editing::show(first, deeds, &canvas));
            }
        });
    });
    let file = StoredValue::new_local(file);
    let is_ready = move || work.first.with(Option::is_some) && !busy.get();
    let use_it = move |_| {
        let Some(canvas) = work.canvas.get_untracked() else { return };
        if work.deeds.with_untracked(Vec::is_empty) {
            return done(None);
        }
        busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            let Some(before) = file.try_get_value() else { return };
            match editing::file_of(&canvas, &before).await {
                Some(made) => done(Some(made)),
                None => {
                    let _ = broken.try_set(true);
                    let _ = busy.try_set(false);
                }
            }
        });
    };
    let tool = move |label: &'static str, testid: &'static str, tool: Tool| {
        view! {
            <button class="button quiet small" type="button" data-testid=testid disabled=move || !is_ready()
                aria-pressed=move || (work.tool.get() == tool).to_string() on:click=move |_| work.takes(tool)>{label}</button>
        }
    };
    let deed = move |label: &'static str, testid: &'static str, deed: Deed| {
        view! {
            <button class="button quiet small" type="button" data-testid=testid disabled=move || !is_ready()
                on:click=move |_| work.does(deed.clone())>{label}</button>
        }
    };
    view! {
        <Dialog title=words::edit_photo_title().to_owned() testid="edit-photo" on_close=move || done(None)>
            <div class="edit-stage" dir="ltr">
                <div class="edit-photo">
                    <canvas class="edit-canvas" class:drawing=move || work.tool.get() == Tool::Draw node_ref=work.canvas role="img"
                        aria-label=words::edited_photo() data-testid="edit-canvas"
                        on:pointerdown=move |event| begins(work, &event)
                        on:pointermove=move |event| goes_on(work, &event)
                        on:pointerup=move |_| ends(work)
                        on:pointercancel=move |_| ends(work)></canvas>
                    <Show when=move || work.tool.get() == Tool::Cut>{cut_frame(work)}</Show>
                </div>
            </div>
            {move || broken.get().then(|| view! { <p class="offer-notice" role="alert">{words::not_edited()}</p> })}
            <div class="edit-tools">
                {deed(words::turn(), "edit-turn", Deed::Turn)}
                {deed(words::mirror_photo(), "edit-mirror", Deed::Mirror)}
                {tool(words::crop(), "edit-crop", Tool::Cut)}
                {tool(words::draw(), "edit-draw", Tool::Draw)}
                <button class="button quiet small" type="button" data-testid="edit-undo" disabled=move || work.deeds.with(Vec::is_empty)
                    on:click=move |_| { work.deeds.update(|deeds| _ = deeds.pop()); work.frames_all(); }>{words::undo()}</button>
            </div>
            <Show when=move || work.tool.get() == Tool::Cut>
                <div class="edit-tools">
                    <label class="quality"><input type="checkbox" data-testid="edit-square" prop:checked=move || work.shape.get() == Shape::Square
                        on:change=move |event| {
                            work.shape.set(if event_target_checked(&event) { Shape::Square } else { Shape::Free });
                            work.frames_all();
                        }/>{words::square()}</label>
                    <button class="button quiet small" type="button" data-testid="edit-cut" on:click=move |_| {
                        work.does(Deed::Cut(work.frame.get_untracked()));
                        work.takes(Tool::Cut);
                    }>{words::cut_here()}</button>
                </div>
            </Show>
            <Show when=move || work.tool.get() == Tool::Draw>{pens(work)}</Show>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="edit-cancel" on:click=move |_| done(None)>{words::cancel()}</button>
                <button class="button" type="button" data-testid="edit-use" disabled=move || !is_ready() on:click=use_it>{words::use_photo()}</button>
            </div>
        </Dialog>
    }
}

fn pens(work: Work) -> impl IntoView {
    let colours = words::colours().into_iter().enumerate().map(move |(at, (colour, name))| {
        view! {
            <label class="quality"><input type="radio" name="colour" data-testid=format!("edit-colour-{at}")
                prop:checked=move || work.colour.get() == at on:change=move |_| work.colour.set(at)/>
                <span class="edit-colour" style:background=colour aria-hidden="true"></span>{name}</label>
        }
    });
    let widths = [words::thin(), words::thick()].into_iter().enumerate().map(move |(at, name)| {
        view! {
            <label class="quality"><input type="radio" name="pen" data-testid=format!("edit-width-{at}")
                prop:checked=move || work.width.get() == at on:change=move |_| work.width.set(at)/>{name}</label>
        }
    });
    view! {
        <fieldset class="qualities"><legend class="field-label">{words::colour()}</legend>{colours.collect_view()}</fieldset>
        <fieldset class="qualities"><legend class="field-label">{words::width()}</legend>{widths.collect_view()}</fieldset>
    }
}

/// What stays, with a handle at each corner: drawn by a pointer or by the arrow keys.
fn cut_frame(work: Work) -> impl IntoView {
    let held = RwSignal::new(None::<(f64, f64)>);
    let part = move |of: fn(Frame) -> f64, all: fn((f64, f64)) -> f64| {
        move || format!("{}%", of(work.frame.get()) / all(work.size()).max(1.0) * 100.0)
    };
    let pull = move |corner: Option<Corner>, by: (f64, f64)| {
        let (size, shape) = (untrack(|| work.size()), work.shape.get_untracked());
        work.frame.update(|frame| {
            *frame = match corner {
                Some(corner) => frame.drawn(corner, by, size, shape),
                None => frame.moved(by, size),
            }
        });
    };
    let handle = move |corner: Option<Corner>, class: &'static str, label: &'static str, testid: &'static str| {
        let on_key = move |event: leptos::ev::KeyboardEvent| {
            let step = work.longer() * STEP;
            let by = match event.key().as_str() {
                "ArrowLeft" => (-step, 0.0),
                "ArrowRight" => (step, 0.0),
                "ArrowUp" => (0.0, -step),
                "ArrowDown" => (0.0, step),
                _ => return,
            };
            event.prevent_default();
            pull(corner, by);
        };
        view! {
            <button class=class type="button" aria-label=label data-testid=testid on:keydown=on_key
                on:pointerdown=move |event| { keeps(&event); held.set(Some(at_of(&event))); }
                on:pointermove=move |event| if let Some(before) = held.get_untracked() {
                    let now = at_of(&event);
                    held.set(Some(now));
                    pull(corner, work.in_photo((now.0 - before.0, now.1 - before.1)));
                }
                on:pointerup=move |_| held.set(None)
                on:pointercancel=move |_| held.set(None)></button>
        }
    };
    view! {
        <div class="edit-frame" style:inset-inline-start=part(|frame| frame.x, |size| size.0) style:inset-block-start=part(|frame| frame.y, |size| size.1)
            style:inline-size=part(|frame| frame.width, |size| size.0) style:block-size=part(|frame| frame.height, |size| size.1)>
            {handle(None, "edit-move", words::move_frame(), "edit-move")}
            {handle(Some(Corner::TopLeft), "edit-corner top left", words::corner(Corner::TopLeft), "edit-top-left")}
            {handle(Some(Corner::TopRight), "edit-corner top right", words::corner(Corner::TopRight), "edit-top-right")}
            {handle(Some(Corner::BottomLeft), "edit-corner bottom left", words::corner(Corner::BottomLeft), "edit-bottom-left")}
            {handle(Some(Corner::BottomRight), "edit-corner bottom right", words::corner(Corner::BottomRight), "edit-bottom-right")}
        </div>
    }
}

fn at_of(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// What the pointer does goes on being this element's, also beside it.
fn keeps(event: &PointerEvent) {
    if let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

fn place(work: Work, event: &PointerEvent) -> (f64, f64) {
    work.in_photo((f64::from(event.offset_x()), f64::from(event.offset_y())))
}

fn begins(work: Work, event: &PointerEvent) {
    if work.tool.get_untracked() != Tool::Draw || work.first.with_untracked(Option::is_none) {
        return;
    }
    keeps(event);
    let colour = words::colours().get(work.colour.get_untracked()).map_or("#000000", |colour| colour.0);
    let width = WIDTHS.get(work.width.get_untracked()).map_or(1.0, |part| (part * work.longer()).max(2.0));
    let line = Line { colour, width, points: vec![place(work, event)] };
    if let Some(canvas) = work.canvas.get_untracked() {
        editing::draw_on(&canvas, &line);
    }
    work.line.set(Some(line));
}

fn goes_on(work: Work, event: &PointerEvent) {
    let to = place(work, event);
    let newest = work.line.try_update(|line| {
        let line = line.as_mut().filter(|line| line.points.len() < POINTS_MAX)?;
        let before = line.points.last().copied()?;
        line.points.push(to);
        Some(Line { points: vec![before, to], ..line.clone() })
    });
    if let (Some(Some(newest)), Some(canvas)) = (newest, work.canvas.get_untracked()) {
        editing::draw_on(&canvas, &newest);
    }
}

fn ends(work: Work) {
    if let Some(line) = work.line.try_update(Option::take).flatten() {
        work.does(Deed::Draw(line));
    }
}
