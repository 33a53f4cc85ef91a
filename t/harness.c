#include "net.h"
#include <string.h>
#include <stdio.h>
static void wait_long(void *a) { sleep_ms(*(int *)a); }
int main(int argc, char **argv){ char out[100]; SOCKET p[2]; int t=2000, u=10; const struct bad_pointer *b; long long n;
 if (argc>1) { printf("hello %s %s\n", argv[1], getenv("XX")); return 7; }
 plan_lazy(); winsock_start(); tcp_pair(AF_INET,p);
 is_int(3, send(p[0],"abc",3,0),"send"); is_int(3, recv(p[1],out,3,0),"recv"); close_pair(p); tcp_pair(AF_INET6,p); close_pair(p);
 udp_pair(AF_INET,p);
 is_int(3, send(p[0],"abc",3,0),"send"); is_int(3, recv(p[1],out,3,0),"recv");close_pair(p);
 fails(WSAENOTSOCK, closesocket(p[0]), "closed");
 for (b=bad_pointers(); b->name; b++) { p[0]=new_socket(AF_INET,SOCK_STREAM); fails(WSAEFAULT, setsockopt(p[0], SOL_SOCKET, SO_LINGER, b->pointer, 4), "%s", b->name); closesocket(p[0]);}
 set_environment("XX","yy");
 is_int(7, run_again("world", out, sizeof out), "status"); is_string("hello world yy\n", out, "out");
 is_int(0, task_end(task_start(wait_long,&t), 100),"late"); is_int(1, task_end(task_start(wait_long,&u), 100),"in time");
 n=now_ms(); sleep_ms(100); ok(now_ms()-n>=100 && now_ms()-n<150,"sleep"); read_only_page(); ok(free_port(AF_INET,SOCK_STREAM)>1023,"port");
 return done(); }
