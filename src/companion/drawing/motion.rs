//! How it moves: one act of 4.2 seconds after it appears or after whoever shows it sets the class `av-move` anew, and then it
//! stands still. Motion for ever would take a third of a core, and what moves for more than 5 seconds must be possible to stop
//! (WCAG 2.2.2). Nothing moves where a person has asked for less of it.

/// The style of a drawing that moves. Periods are 4.2 seconds or a part of them, so that an act ends where it began. There is no
/// `transform-box` on elements with a `transform` of their own: it would move the origin of that, too.
pub const STYLE: &str = "\
.av-all,.av-breath,.av-sway,.av-arm,.av-eye,.av-bubble,.av-glow,.av-doze{transform-box:fill-box;transform-origin:50% 50%}\
.av-all,.av-breath,.av-sway{transform-origin:50% 100%}\
.av-arm{transform-origin:50% 0}\
@media(prefers-reduced-motion:no-preference){\
.av-move .av-breath{animation:av-breath 2.1s ease-in-out 2}\
.av-move .av-sway{animation:av-sway 4.2s ease-in-out}\
.av-move .av-eye{animation:av-blink 4.2s}\
.av-move .av-bubble{animation:av-pop 2.1s ease-in-out 2}\
.av-move .av-glow{animation:av-glow 4.2s ease-in-out}\
.av-move.av-worried .av-breath{animation-duration:1.05s;animation-iteration-count:4}\
.av-move.av-sleeping .av-breath{animation:av-sleep 4.2s ease-in-out}\
.av-move .av-doze{animation:av-doze 4.2s ease-in-out}\
.av-move .av-z{animation:av-z 3.6s ease-in-out}\
.av-move .av-z2{animation-delay:.3s}\
.av-move .av-z3{animation-delay:.6s}\
.av-move .av-sweat{animation:av-drip 2.1s ease-in 2}\
.av-move.av-celebrating .av-all{animation:av-hop .7s cubic-bezier(.3,0,.4,1) 6}\
.av-move.av-celebrating .av-arm{animation:av-wave .35s ease-in-out 12 alternate}\
.av-move .av-confetti{animation:av-fall 4.2s ease-out}\
}\
@keyframes av-breath{50%{transform:scale(1.012,1.024)}}\
@keyframes av-sleep{50%{transform:scale(1.022,1.045)}}\
@keyframes av-sway{25%{transform:rotate(-2.5deg)}75%{transform:rotate(2.5deg)}}\
@keyframes av-blink{0%,38%,46%,84%,92%,100%{transform:none}42%,88%{transform:scaleY(.08)}}\
@keyframes av-pop{50%{transform:translateY(-3px)}}\
@keyframes av-glow{50%{transform:scale(1.25);opacity:.18}}\
@keyframes av-z{0%,100%{opacity:1}20%{opacity:0;translate:0 8px}60%{opacity:1}80%{opacity:0;translate:4px -8px}81%{opacity:0;translate:0 0}}\
@keyframes av-doze{50%{transform:scale(1.35)}}\
@keyframes av-drip{0%,100%{opacity:1}70%{translate:0 14px;opacity:0}71%{translate:0 0;opacity:0}}\
@keyframes av-hop{40%{transform:translateY(-8px) scale(.98,1.03)}85%{transform:scale(1.04,.96)}}\
@keyframes av-wave{to{rotate:14deg}}\
@keyframes av-fall{from{translate:0 -14px;opacity:0}20%{opacity:1}}";
