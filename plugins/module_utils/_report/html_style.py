# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the page looks, on a screen in the light and in the dark, and on paper.

The colours of the severities differ in lightness too, and each has a shape of its own, for people who see few colours.
"""

from __future__ import annotations

STYLE = r"""
:root{color-scheme:light dark;
--page:light-dark(#f4f6f8,#12161b);--card:light-dark(#fff,#1b2129);--raised:light-dark(#f7f9fb,#222a34);
--ink:light-dark(#17212b,#e8edf2);--soft:light-dark(#55616e,#a5b1be);--line:light-dark(#d9dfe6,#323c48);
--accent:light-dark(#0b5cab,#7ab8ff);--focus:light-dark(#0b5cab,#9accff);--mark:light-dark(#ece4f7,#3a2f52);
--mark-ink:light-dark(#5b2a91,#d3b8ff);--row:light-dark(#eaf2fb,#24364a);
--error:light-dark(#c2410c,#ff8a5c);--error-ink:light-dark(#9a3412,#ffb594);--error-bg:light-dark(#fdf0ea,#3a231a);
--warning:light-dark(#e5a100,#ffd166);--warning-ink:light-dark(#7a5200,#ffdf95);--warning-bg:light-dark(#fdf6e2,#352c15);
--info:light-dark(#3b7dd8,#5b93dd);--info-ink:light-dark(#1f5ba8,#a9cdfb);--info-bg:light-dark(#ebf3fd,#1b2c42);
--good:light-dark(#0a7f5a,#4fd1a5);--good-ink:light-dark(#07613f,#8ce6c6);--good-bg:light-dark(#e6f5ef,#14322a);
--plain:light-dark(#3e5570,#9fb6cf);--rest:light-dark(#d3dbe4,#3a4653);
--sans:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;
--mono:ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",Menlo,monospace}
:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 var(--sans)}
h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}h2{font-size:1.3rem;margin:0 0 .8rem}
h3{font-size:1rem;margin:0 0 .7rem}h4{font-size:.85rem;color:var(--soft);margin:1rem 0 .4rem;font-weight:600}
p{margin:0 0 .6rem}button,input,select{font:inherit;color:inherit}button{cursor:pointer}
bdi{unicode-bidi:isolate}a{color:var(--accent)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
.wide{max-width:1440px;margin:0 auto;padding:0 1.25rem}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;z-index:9;background:var(--card);padding:.5rem 1rem}
.top{background:var(--card);border-bottom:1px solid var(--line)}
.top .wide{position:relative;padding-top:1.3rem;padding-bottom:1.1rem}
.product{margin:0 0 .15rem;font-size:.8rem;font-weight:600;letter-spacing:.02em;color:var(--accent)}
.when{margin:.2rem 0 0;color:var(--soft)}#theme{position:absolute;right:1.25rem;top:1.2rem}
.quiet{border:1px solid var(--line);background:var(--raised);border-radius:6px;padding:.35rem .7rem}
.quiet:hover{border-color:var(--soft)}
.menu{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line)}
.menu ul{display:flex;gap:1.4rem;margin:0;padding:0;list-style:none;overflow-x:auto}
.menu a{display:block;padding:.6rem 0;color:var(--soft);text-decoration:none;white-space:nowrap;font-weight:500}
.menu a:hover,.menu a[aria-current]{color:var(--ink);box-shadow:inset 0 -2px var(--accent)}
main{padding-top:1.4rem!important}section{margin-bottom:2.2rem}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem!important}
.icon{width:16px;height:16px;vertical-align:-.15em;flex:none;fill:var(--plain)}.icon.error{fill:var(--error)}.icon.warning{fill:var(--warning)}
.icon.info{fill:var(--info)}.icon.good{fill:var(--good)}.icon.rest{fill:var(--rest)}
.icon .ink{fill:none;stroke:light-dark(#fff,#12161b);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.icon.warning .ink{stroke:#241a00}
.verdict{display:flex;gap:1rem;align-items:flex-start;border-radius:10px;padding:1.1rem 1.3rem;margin-bottom:1rem;
border:1px solid var(--line);background:var(--good-bg);color:var(--ink)}
.verdict.not-ready{background:var(--error-bg)}.verdict.warnings{background:var(--warning-bg)}
.verdict>.icon{width:34px;height:34px;margin-top:.15rem}.verdict p{margin:0}
.headline{font-size:1.45rem;font-weight:650;line-height:1.3}.crossed{margin:.5rem 0 0;padding-left:1.2rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(215px,1fr));gap:.8rem;list-style:none;margin:0 0 1rem;padding:0}
.tiles.small{grid-template-columns:repeat(auto-fit,minmax(165px,1fr))}
.tile>*{display:flex;flex-direction:column;width:100%;height:100%;text-align:left;background:var(--card);border:1px solid
var(--line);border-radius:10px;padding:.9rem 1rem}
.card .tile>*{background:var(--raised)}
.tile button:hover,.bar:is(button):hover,.offenders button:hover{border-color:var(--accent);background:var(--raised)}
.tile-name{font-weight:600;display:flex;gap:.45rem;align-items:center}
.tile-number{font-size:2rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.small .tile-number{font-size:1.5rem}.tile-note,.bar-note,.hint,.where{color:var(--soft);font-size:.85rem}
.tile .stack{margin-top:auto}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.2rem;margin-bottom:1rem;min-width:0}
.grid .card{margin:0}
.bars,.offenders{list-style:none;margin:0;padding:0}
.bar{display:grid;grid-template-columns:1fr auto;gap:.1rem .8rem;width:100%;text-align:left;background:none;
border:1px solid transparent;border-radius:6px;padding:.28rem .5rem;align-items:baseline}
.bar-name{overflow-wrap:anywhere;
display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}.bar-number{font-variant-numeric:tabular-nums;font-weight:600}
.bar .stack,.bar-note{grid-column:1/-1}
.stack{display:block;width:100%;height:9px;border-radius:4px;background:var(--raised)}
.stack .error{fill:var(--error)}.stack .warning{fill:var(--warning)}.stack .info{fill:var(--info)}
.stack .plain{fill:var(--plain)}.stack .rest{fill:var(--rest)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:0 0 .6rem;padding:0 .5rem;color:var(--soft);font-size:.85rem}
.offenders button{display:grid;grid-template-columns:1fr auto;gap:0 .8rem;width:100%;text-align:left;background:none;
border:1px solid transparent;border-radius:6px;padding:.35rem .5rem}
.who{font-weight:600;overflow-wrap:anywhere}.where{grid-column:1;overflow-wrap:anywhere}
.pills{grid-column:2;grid-row:1/3;display:flex;gap:.3rem;align-items:center}
.pill{display:inline-flex;gap:.3rem;align-items:center;border-radius:99px;padding:.1rem .5rem;font-size:.85rem;font-weight:600;
background:var(--raised);font-variant-numeric:tabular-nums}
.pill.error{background:var(--error-bg);color:var(--error-ink)}.pill.warning{background:var(--warning-bg);color:var(--warning-ink)}
.pill.info{background:var(--info-bg);color:var(--info-ink)}.pill.good{background:var(--good-bg);color:var(--good-ink)}
details summary{cursor:pointer;padding:.5rem;color:var(--accent);font-weight:500}
.notice{display:flex;gap:.6rem;align-items:flex-start;background:var(--info-bg);border-radius:8px;padding:.7rem .9rem}
.notice .icon{margin-top:.2rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:0 2.2rem}
.narrow{max-width:46rem}.pairs{margin:0}.pairs div{display:flex;gap:.8rem;justify-content:space-between;padding:.28rem 0;border-bottom:1px solid var(--line)}
.pairs dt{color:var(--soft)}.pairs dd{margin:0;text-align:right;overflow-wrap:anywhere;min-width:3.5rem;flex:1 1 50%}
.pairs dt{flex:0 1 auto}
.scroll-x{overflow-x:auto;position:relative}
.plain :is(td,th) bdi{overflow-wrap:anywhere}.crossed,.notes,.notice,p{overflow-wrap:anywhere}.tall{max-height:34rem;overflow-y:auto}
.plain:is(table){border-collapse:collapse;width:100%}.plain th,.plain td{padding:.45rem .7rem;text-align:left;
border-bottom:1px solid var(--line);vertical-align:top}
.plain thead th{font-size:.85rem;color:var(--soft);white-space:nowrap}.plain tbody th{font-weight:500}
.plain .n{text-align:right;font-variant-numeric:tabular-nums}.nowrap{white-space:nowrap}
.tall thead th{position:sticky;top:0;background:var(--card)}
.value,.path{font-family:var(--mono);font-size:.85rem;overflow-wrap:anywhere}.attribute{margin:.1rem 0;color:var(--soft)}
del,ins{display:block;text-decoration:none;padding:0 .3rem;white-space:pre-wrap}
del::before{content:"- "}ins::before{content:"+ "}del{background:var(--error-bg)}ins{background:var(--good-bg)}
.code{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;
font:.85rem/1.5 var(--mono);white-space:pre}
.notes,.conditions{margin:0;padding-left:1.2rem}.notes li{margin:.3rem 0}
.conditions{list-style:none;padding:0}.conditions li{display:flex;gap:.6rem;padding:.35rem 0}.conditions .icon{margin-top:.25rem}
.matrix th,.matrix td{min-width:9.5rem}.cell .support{display:block;font-weight:600}
.cell .users{color:var(--ink);font-size:.85rem}
.cell.supported{background:var(--good-bg)}.cell.conditional{background:var(--warning-bg)}.cell.not_supported{background:var(--error-bg)}
.cell.supported .support{color:var(--good-ink)}.cell.conditional .support{color:var(--warning-ink)}
.cell.not_supported .support{color:var(--error-ink)}
sup{font-size:.7em;margin-left:.25em;color:var(--soft)}.footnotes{color:var(--soft);font-size:.85rem;padding-left:1.6rem}
.mark{background:var(--mark);color:var(--mark-ink);border-radius:3px;padding:0 .2em;margin:0 .1em;font:.78em/1.4 var(--mono);
white-space:nowrap;unicode-bidi:isolate;direction:ltr}
"""

FINDINGS_STYLE = r"""
.filters{display:flex;flex-wrap:wrap;gap:.7rem .9rem;align-items:flex-end;background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:.9rem 1rem;margin-bottom:.6rem}
.field{border:0;margin:0;padding:0;min-width:0}.field label,.field legend{display:block;font-size:.8rem;font-weight:600;
color:var(--soft);padding:0;margin-bottom:.2rem}.grow{flex:1 1 17rem}
.field input[type=search],.field select{width:100%;max-width:15rem;background:var(--page);border:1px solid var(--soft);
border-radius:6px;padding:.38rem .55rem;height:2.3rem}.field input[type=search]{max-width:none}
.chips{display:flex;flex-wrap:wrap;gap:.35rem}
.chip[hidden]{display:none!important}.field .chip{display:inline-flex;align-items:center;gap:.35rem;height:2.3rem;padding:0 .6rem;margin:0;
border:1px solid var(--line);border-radius:6px;background:var(--page);color:var(--ink);font-size:.95rem;font-weight:500;cursor:pointer}
.chip input{margin:0;accent-color:var(--accent)}.filters .quiet{height:2.3rem}
#count{margin:.4rem 0;color:var(--soft)}
.pane{display:grid;grid-template-columns:minmax(0,1fr) 400px;gap:1rem;align-items:start}
.list{position:relative;height:max(22rem,calc(100vh - 8rem));overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
#table{width:100%;table-layout:fixed;border-collapse:separate;border-spacing:0}
#table thead th{position:sticky;top:0;z-index:2;background:var(--card);border-bottom:1px solid var(--line);padding:0;text-align:left}
#table thead button{width:100%;text-align:left;background:none;border:0;padding:.55rem .6rem;font-size:.85rem;font-weight:600;
color:var(--soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
#table thead button:hover{color:var(--ink)}
.arrow::after{content:"";padding-left:.3em}th[aria-sort=ascending] .arrow::after{content:"\25b2"}
th[aria-sort=descending] .arrow::after{content:"\25bc"}
#rows tr{height:44px}#rows td,#rows th{height:44px;padding:0 .6rem;border-bottom:1px solid var(--line);white-space:nowrap;overflow:hidden;
text-overflow:ellipsis;text-align:left;font-weight:400;line-height:1.2}
#rows tr.pad,#rows tr.pad td{height:0;padding:0;border:0}
#rows tr:hover{background:var(--raised)}#rows tr.chosen{background:var(--row)}
#rows tr{cursor:pointer}
#rows th button{background:none;border:0;padding:0;max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-weight:500;
text-align:left;display:block;line-height:1.25}
#rows .sub{display:block;color:var(--soft);font-size:.8rem;overflow:hidden;text-overflow:ellipsis}
#rows .sev{display:inline-flex;gap:.4rem;align-items:center}
.c-severity{width:104px}.c-name{width:28%}.c-rule{width:24%}.c-drift{width:90px}.c-part{width:120px}
#detail{position:sticky;top:3.4rem;max-height:calc(100vh - 4.4rem);overflow:auto;background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:1.1rem 1.2rem;overflow-wrap:anywhere}
#detail h3{font-size:1.08rem;margin:.5rem 0 .2rem}#detail h4{margin:1rem 0 .25rem}#detail .close{float:right}
#detail p{margin:0 0 .4rem}.box{max-height:16rem;overflow:auto;background:var(--raised);border:1px solid var(--line);border-radius:6px;
padding:.5rem .7rem;font:.85rem/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
.holders{margin:0;padding-left:1.1rem}.holders li{margin:.2rem 0}
.more{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}
.keys{margin-top:.6rem}kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 .3em;font:.85em var(--mono);
background:var(--raised);color:var(--ink)}
#printed{display:none}
@media (max-width:1080px){.pane{grid-template-columns:1fr}#detail{position:static;max-height:none}#detail.empty{display:none}
#detail:not(.empty){position:fixed;inset:auto 0 0 0;max-height:72vh;z-index:6;border-radius:14px 14px 0 0;box-shadow:0 -8px 30px #0006}}
@media (max-width:640px){.wide{padding:0 .8rem}.c-rule,.c-part{display:none}.c-value{width:auto}.c-name{width:45%}
#theme{position:static;margin-top:.6rem}.field select{max-width:none}.field{flex:1 1 8rem}
fieldset.field,.field.grow{flex:1 1 100%}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media (forced-colors:active){.stack rect,.icon{forced-color-adjust:none}}
@media print{:root{color-scheme:light!important}@page{margin:14mm}body{background:#fff;font-size:10pt}
.menu,#theme,#browser,.skip,.keys,noscript{display:none!important}.wide{max-width:none;padding:0}.card,.tile>*,.verdict{break-inside:avoid}
.grid{grid-template-columns:1fr 1fr}.tall,.scroll-x{max-height:none;overflow:visible}section{margin-bottom:1rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
#printed{display:block}#printed table{width:100%;border-collapse:collapse;font-size:8pt;table-layout:fixed}
#printed th,#printed td{border-bottom:1px solid #ccc;padding:.25rem .35rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
#printed th:nth-child(1){width:9%}#printed th:nth-child(2){width:23%}#printed th:nth-child(3){width:18%}#printed th:nth-child(4){width:20%}
#printed tr{break-inside:avoid}#printed thead{display:table-header-group}}
"""
