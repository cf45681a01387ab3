"""Writes `shapes.txt`: what CloudFormation's schemas say of the types that the mapping tables name.

Run it in the workspace's folder, with a Python that has `cfn-lint` (MIT-0) from PyPI: `python3 crates/iac/src/edit/shapes.py`.
"""
import json,re,glob,os
import cfnlint
base=os.path.join(os.path.dirname(cfnlint.__file__),'data/schemas/')
idx=json.load(open(base+'providers/us-east-1.json')); idx.update(json.load(open(base+'providers/sam.json')))
types=set()
for f in glob.glob('crates/iac/src/aws/**/*.rs',recursive=True):
    types|=set(re.findall(r'"(AWS::[A-Za-z0-9:]+)"',open(f).read()))
ON={"true","enabled","enable","active","yes","on","1"}
out=[];miss=[]
def deref(s,root):
    n=0
    while isinstance(s,dict) and '$ref' in s and n<10:
        p=s['$ref']; cur=root
        for k in p.lstrip('#/').split('/'): cur=cur.get(k,{})
        s=cur;n+=1
    return s
def alts(s,root):
    s=deref(s,root); yield s
    for k in('oneOf','anyOf','allOf'):
        for a in s.get(k,[]) or []:
            a=deref(a,root)
            if isinstance(a,dict): yield a
def walk(s,root,path,lines,depth,seen):
    if depth>6 or len(lines)>700: return
    props={};req=set();types_=set()
    first=deref(s,root)
    for a in alts(s,root):
        t=a.get('type'); t=[t] if isinstance(t,str) else (t or [])
        types_|=set(t)
        for k,v in (a.get('properties') or {}).items(): props.setdefault(k,v)
    req=set(first.get('required') or [])
    if 'array' in types_ and not 'string' in types_ :
        lines.append((path,'[]'))
        items=first.get('items')
        if items is None:
            for a in alts(s,root): items=items or a.get('items')
        if items is not None:
            key=json.dumps(items,sort_keys=True)
            if key not in seen: walk(items,root,path,lines,depth+1,seen|{key})
        return
    en=first.get('enum')
    if en and all(isinstance(e,str) for e in en):
        on=[e for e in en if e.lower() in ON]; off=[e for e in en if e.lower() not in ON]
        if 'true' in [e.lower() for e in en]: on=[]
        if len(on)==1:
            pref=[e for e in off if e.lower() in('disabled','suspended','inactive','disable','passthrough','off','none')] or (off if len(off)==1 else [])
            lines.append((path,'on '+on[0]+(' '+pref[0] if pref else '')))
    if path and req and props: lines.append((path,'needs '+' '.join(sorted(req))))
    for k,v in props.items():
        key=json.dumps(v,sort_keys=True)[:4000]
        if key in seen: continue
        walk(v,root,(path+'.'+k) if path else k,lines,depth+1,seen|{key} if '$ref' in v else seen)
size=0
for t in sorted(types):
    h=idx.get(t)
    if not h: miss.append(t);continue
    s=json.load(open(base+'resources/'+h+'.json'))
    lines=[];walk(s,s,'',lines,0,frozenset())
    if not lines: continue
    out.append(t)
    # de-dup
    seen=set()
    for p,w in lines:
        if (p,w) in seen or not p: continue
        seen.add((p,w)); out.append(' '+p+' '+w)
open('crates/iac/src/edit/shapes.txt','w').write('\n'.join(out)+'\n')
print(len(types),len(out),sum(map(len,out)),'missing',miss)
