export const id=2703;export const ids=[2703];export const modules={52703:((r,a,d)=>{d.d(a,{fromEnv:()=>e.sF});var e=d(77240)})};
